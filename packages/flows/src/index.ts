// What is exported here is public.
export type { Json, JsonObject } from "./json.ts";
