import type { Asked, RouteAnswer, RouteHandler, RouteOptions } from "@pawl/flows";
import type { RunningNetwork } from "../runtime/running-network.ts";

/** Registers one route. */
export type Route = (method: string, path: string, handler: RouteHandler, options?: RouteOptions) => void;

/** Definitions of the API; loaded when the first request comes. */
export type Operations = typeof import("./operations.ts");

/** Registers a route of the API, which its definition checks and describes. */
export type ApiRoute = <Name extends keyof Operations>(
  name: Name,
  route: Operations[Name]["route"],
  handle: (asked: Asked<Operations[Name]>) => RouteAnswer | Promise<RouteAnswer>,
) => void;

/** @throws UnknownNetworkError */
export type RunOf = (name: string) => RunningNetwork;
