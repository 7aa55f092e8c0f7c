import type { JsonObject } from "@pawl/flows";
import type { PodContext } from "./pod-context.ts";

/** What a hook is called with: a payload (and headers at an origin), or the partials of an aggregator. */
export interface PodInput {
  readonly payload: JsonObject | readonly JsonObject[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** What answers in a pod: a function, a worker thread, a flow, a program. Called through the guard only. */
export interface RunningBody {
  /** Nothing is called: what comes in goes out. */
  readonly isEmpty?: boolean;
  call(input: PodInput, context: PodContext): unknown;
  /** Called once before the first message, through the guard too. */
  start?(): unknown;
  close?(): Promise<void>;
}
