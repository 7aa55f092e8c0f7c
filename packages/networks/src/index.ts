// What is exported here is public.

export type { PodContext } from "./pod/pod-context.ts";
export { isRetryable, NonRetryable, Reject } from "./pod/refusal.ts";
export {
  NetworkError,
  type NetworkOptions,
  RunningNetwork,
  type StopOptions,
  startNetwork,
} from "./runtime/running-network.ts";
export type { NetworkCode } from "./topology/codes.ts";
export { toMermaid } from "./topology/mermaid.ts";
export type {
  AggregateOptions,
  AutoTrigger,
  Correlation,
  Edge,
  Network,
  OriginOptions,
  ParsedNetwork,
  Place,
  Pod,
  PodBody,
  PodRetry,
} from "./topology/network.ts";
export { type ParseOptions, parseNetwork } from "./topology/parse.ts";
export { type PodType, podTypes } from "./topology/pod-type.ts";
export { createMemoryTransport } from "./transport/memory/memory-transport.ts";
export { createSqliteTransport, type SqliteTransportOptions } from "./transport/sqlite/sqlite-transport.ts";
