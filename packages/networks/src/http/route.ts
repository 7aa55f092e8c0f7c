import type { RouteHandler, RouteOptions } from "@pawl/flows";

/** Registers one route. */
export type Route = (method: string, path: string, handler: RouteHandler, options?: RouteOptions) => void;
