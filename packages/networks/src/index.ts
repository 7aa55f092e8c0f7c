// What is exported here is public.
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
