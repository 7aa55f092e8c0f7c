// What is exported here is public.
export { type Clock, systemClock } from "./clock.ts";
export { formatDuration, parseDuration } from "./duration.ts";
export { createLogger, type Logger, type LogLevel, silentLogger } from "./logger.ts";
export type { Outcome, SkipReason } from "./outcome.ts";
