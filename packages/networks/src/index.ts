// What is exported here is public.

export type { HistoryQuery, MessageHistory } from "./history/message-history.ts";
export {
  type NetworkEvent,
  type NetworkEventFilter,
  type NetworkEventPage,
  type NetworkEvents,
  type NetworkEventType,
  networkEventTypes,
} from "./history/network-event.ts";
export type { PassageOutcome } from "./history/passage.ts";
export { readHistory } from "./history/read-history.ts";
export { readNetworks, type StoredNetwork } from "./history/read-networks.ts";
export type { PodPassage } from "./history/read-passages.ts";
export { networkApiCodes } from "./http/codes.ts";
export { type MountOptions, mountNetworks } from "./http/network-routes.ts";
export { createPodLoader } from "./pod/load-module.ts";
export type { HookFunction } from "./pod/module-hooks.ts";
export type { PodContext } from "./pod/pod-context.ts";
export { isRetryable, NonRetryable, Reject } from "./pod/refusal.ts";
export {
  type CheckOptions,
  checkNetwork,
  findNetworkFiles,
  loadNetwork,
  type NetworkFile,
} from "./project/load-network.ts";
export { type Reloaded, type RunningNetworks, startNetworks } from "./project/start-networks.ts";
export type { StartNetworksOptions } from "./project/start-options.ts";
export { askStatus } from "./runtime/ask-status.ts";
export { metricsText } from "./runtime/metrics.ts";
export type { Accepted, Incoming, Refused } from "./runtime/origin.ts";
export { ReplayError, replay } from "./runtime/replay.ts";
export {
  NetworkError,
  type NetworkOptions,
  RunningNetwork,
  type StopOptions,
  startNetwork,
} from "./runtime/running-network.ts";
export { type SpecialBodyOptions, specialBodies } from "./runtime/special-bodies.ts";
export type { NetworkStatus, PodStatus } from "./runtime/status.ts";
export { networkSend } from "./sending/network-send.ts";
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
export { networkSchema } from "./topology/network-schema.ts";
export { type ParseOptions, parseNetwork } from "./topology/parse.ts";
export { type PodType, podTypes } from "./topology/pod-type.ts";
export type { DeadLetter, DeadLetters, DeadReason } from "./transport/dead-letter.ts";
export { createMemoryTransport } from "./transport/memory/memory-transport.ts";
export { findOwner } from "./transport/sqlite/find-owner.ts";
export { openNetworkEvents } from "./transport/sqlite/sqlite-events.ts";
export { createSqliteTransport, type SqliteTransportOptions } from "./transport/sqlite/sqlite-transport.ts";
export {
  type Delivery,
  FullError,
  type Line,
  LockedError,
  type Step,
  type Transport,
  UnavailableError,
} from "./transport/transport.ts";
