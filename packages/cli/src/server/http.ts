// What answers requests, with the descriptions of all of them: loaded while the workers of a server start.
export { mountHooks } from "../hooks/mount-hooks.ts";
export { openHost } from "./http-host.ts";
export { startServer } from "./server.ts";
