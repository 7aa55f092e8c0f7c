// What is exported here is public.
export { type Inside, type InsideCall, serveIsolate } from "./inside.ts";
export { type CallListener, Isolate, type IsolateCode, IsolateError, type IsolateOptions } from "./isolate.ts";
export { type IsolateProgram, programArguments } from "./start.ts";
export { watchParent } from "./watch-parent.ts";
