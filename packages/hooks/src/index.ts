// What is exported here is public.
export { type Diagnostic, hasErrors } from "./diagnostics/index.ts";
