// What is exported here is public.
export { byPosition, type Diagnostic, hasErrors, type Severity } from "./diagnostic.ts";
export { frame } from "./frame.ts";
export { messageOf } from "./message-of.ts";
export { didYouMean, nearest } from "./nearest.ts";
