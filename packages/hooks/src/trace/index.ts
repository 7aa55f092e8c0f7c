// What is exported here is public.
export { newSpanId, newTraceId, spanIdOf, traceIdOf } from "./ids.ts";
export { readTraceparent, type TracePlace, writeTraceparent } from "./traceparent.ts";
