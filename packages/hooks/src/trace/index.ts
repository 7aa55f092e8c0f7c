// What is exported here is public.
export { newSpanId, newTraceId, spanIdOf, traceIdOf } from "./ids.ts";
export { readTraceparent, type TracePlace, unsampled, writeTraceparent } from "./traceparent.ts";
