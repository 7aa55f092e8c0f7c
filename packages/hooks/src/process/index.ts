// What is exported here is public.
export type { ChildOptions, ChildResult } from "./child.ts";
export { identify, isAlive, type ProcessIdentity } from "./identity.ts";
