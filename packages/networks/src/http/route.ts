import type { RouteHandler } from "@pawl/flows";

/** Registers one route. */
export type Route = (method: string, path: string, handler: RouteHandler) => void;
