import { messageOf } from "../diagnostics/message-of.ts";
import { newSpanId, newTraceId } from "../trace/ids.ts";
import { readTraceparent, writeTraceparent } from "../trace/traceparent.ts";
import { systemClock } from "./clock.ts";
import { formatDuration } from "./duration.ts";
import type { GuardOptions } from "./guard-options.ts";
import type { Logger } from "./logger.ts";
import { type OpenTelemetry, openTelemetry } from "./open-telemetry.ts";
import type { Outcome } from "./outcome.ts";

/** One guarded call that is over, skipped ones included. */
export interface GuardRecord {
  readonly name: string | undefined;
  readonly point: string | undefined;
  readonly outcome: Outcome<unknown>;
  readonly onFailure: GuardOptions["onFailure"];
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** The W3C `traceparent` of this call, its span; nothing while nobody asks for spans. */
  readonly traceparent: string | undefined;
  /** That of what it was called by; nothing when the call is the beginning of its trace. */
  readonly parent: string | undefined;
}

export type GuardListener = (record: GuardRecord) => void;

/** The one look that a guarded call takes at telemetry when nobody listens. */
export const observation: { isOn: boolean } = { isOn: false };

let listeners: readonly GuardListener[] = [];
/** How many listeners ask for spans. */
let spanListeners = 0;
let tracing: OpenTelemetry | undefined;

function update(): void {
  observation.isOn = listeners.length > 0 || tracing !== undefined;
}

/** Whether somebody asks for the span of each call: then hosts tell where in which trace they are. */
export function hasSpans(): boolean {
  return spanListeners > 0 || tracing !== undefined;
}

/**
 * Calls the listener after every guarded call of this process.
 * @param options.spans whether its records need spans, which cost a random number a call
 * @returns the undo
 */
export function onGuardCall(listener: GuardListener, { spans = false }: { readonly spans?: boolean } = {}): () => void {
  const own: GuardListener = (record) => listener(record); // the same function may listen twice
  listeners = [...listeners, own];
  if (spans) spanListeners += 1;
  update();
  return () => {
    if (!listeners.includes(own)) return;
    listeners = listeners.filter((other) => other !== own);
    if (spans) spanListeners -= 1;
    update();
  };
}

/** Tells the listeners of a call: one of this process, or one that another process guarded and reports. */
export function reportGuardCall(record: GuardRecord): void {
  for (const listener of listeners) {
    try {
      listener(record);
    } catch {
      // A listener watches; it cannot stop what it watches.
    }
  }
}

/** Writes one line per guarded call. @returns the undo */
export function logGuardCalls(logger: Logger): () => void {
  return onGuardCall((record) => {
    const { name = "a hook", point, outcome } = record;
    const fields = { name, point, status: outcome.status, durationMs: record.durationMs, ...detailOf(outcome) };
    const message = `${name}${point ? ` (${point})` : ""}: ${sentenceOf(outcome, record.durationMs)}`;
    if (outcome.status === "failed" || outcome.status === "timeout") {
      logger[record.onFailure === "block" ? "error" : "warn"](message, fields);
    } else logger.debug(message, fields);
  });
}

/**
 * Turns on spans and metrics through the OpenTelemetry API when a provider is registered with it, and off when not.
 * Done once by itself when the guard is loaded; hosts call it when they start, for providers registered after that.
 * @returns whether spans are on
 */
export function detectTelemetry(): boolean {
  tracing = openTelemetry();
  update();
  return tracing !== undefined;
}

/** Where in which trace the code stands that is called right now, as far as it runs without waiting. */
let place: string | undefined;

/**
 * The W3C `traceparent` of what is going on, for programs and messages. Known inside `underTrace` and inside an observed
 * call, until the first `await`; across it too when OpenTelemetry is on.
 */
export function currentTraceparent(): string | undefined {
  return tracing?.traceparent() ?? place;
}

/** That of the call around the caller, when somebody asks for the spans of calls; else nothing. */
export function callTraceparent(): string | undefined {
  return hasSpans() ? currentTraceparent() : undefined;
}

/** Runs it as part of the trace of a message, a step or a request. */
export function underTrace<T>(traceparent: string | undefined, run: () => T): T {
  if (traceparent === undefined) return run();
  return tracing === undefined ? at(traceparent, run) : tracing.under(traceparent, () => at(traceparent, run));
}

function at<T>(traceparent: string, run: () => T): T {
  const before = place;
  place = traceparent;
  try {
    return run();
  } finally {
    place = before;
  }
}

/** A span of its own below what is going on, or at the beginning of a new trace. */
function spanBelow(parent: string | undefined): string {
  const above = readTraceparent(parent) ?? { traceId: newTraceId(), isSampled: true };
  return writeTraceparent({ ...above, spanId: newSpanId() });
}

/**
 * Runs a call inside a span and reports it. Only called while somebody listens.
 */
export function observe<T>(
  called: () => Outcome<T> | Promise<Outcome<T>>,
  options: GuardOptions,
): Outcome<T> | Promise<Outcome<T>> {
  const clock = options.clock ?? systemClock;
  const startedAt = clock.now();
  const begin = clock.monotonic();
  const span = tracing?.startSpan(options);
  const parent = place;
  const traceparent = hasSpans() ? (options.traceparent ?? spanBelow(parent)) : undefined;
  const finish = (outcome: Outcome<T>): Outcome<T> => {
    const { name, point, onFailure } = options;
    const durationMs = clock.monotonic() - begin;
    const record = { name, point, onFailure, outcome, startedAt, durationMs, traceparent, parent };
    span?.end(record);
    reportGuardCall(record);
    return outcome;
  };
  const inside = traceparent === undefined ? called : () => at(traceparent, called);
  const outcome = span ? span.around(inside) : inside();
  return outcome instanceof Promise ? outcome.then(finish) : finish(outcome);
}

function detailOf(outcome: Outcome<unknown>): Record<string, unknown> {
  if (outcome.status === "failed") return { error: outcome.error };
  return outcome.status === "skipped" ? { reason: outcome.reason, detail: outcome.detail } : {};
}

function sentenceOf(outcome: Outcome<unknown>, durationMs: number): string {
  switch (outcome.status) {
    case "ok":
      return `ok in ${formatDuration(durationMs)}`;
    case "failed":
      return `failed after ${formatDuration(durationMs)}: ${messageOf(outcome.error)}`;
    case "timeout":
      return `no answer in ${formatDuration(outcome.timeoutMs)}`;
    case "cancelled":
      return `cancelled after ${formatDuration(durationMs)}`;
    case "skipped":
      return `skipped, ${outcome.reason}${outcome.detail ? `: ${outcome.detail}` : ""}`;
  }
}

detectTelemetry();
