import type { JsonObject } from "@pawl/flows";
import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { PodType } from "./pod-type.ts";

/** Where something stands in its file; lines and columns count from 1. */
export type Place = Pick<Diagnostic, "line" | "column" | "length">;

/** A network that was found to be sound: fixed when it is composed, never changed while it runs. */
export interface Network {
  readonly name: string;
  readonly file: string | undefined;
  readonly description: string | undefined;
  /** A hash of pods, types and edges: two files with the same graph have the same revision. */
  readonly revision: string;
  /** In the order of the file. */
  readonly pods: readonly Pod[];
  /** Sorted by their ends, so that an edge has the same number in every file with the same graph. */
  readonly edges: readonly Edge[];
}

export interface Edge {
  readonly index: number;
  /** Index of the pod it leaves, and of the pod it enters. */
  readonly from: number;
  readonly to: number;
  readonly place: Place;
  /** Whether somebody down the road waits for every token: a tombstone must then be sent where a message is not. */
  readonly needsTombstones: boolean;
  /** JSON pointers by which aggregators down the road tell their sets apart: a tombstone must know what they lead to. */
  readonly keyPointers: readonly string[];
}

/** Durations are milliseconds. */
export interface Pod {
  readonly index: number;
  readonly id: string;
  readonly type: PodType;
  readonly place: Place;
  readonly description: string | undefined;
  /** Indexes of edges. */
  readonly ingress: readonly number[];
  readonly egress: readonly number[];
  /** What answers in it: a module with its hook, a flow, or a program. */
  readonly body: PodBody;
  /** Longest time of one call of its hook. Default: 30 s. */
  readonly hookTimeoutMs: number;
  readonly retry: PodRetry;
  /** Calls of its hook open at once. Default: 64. */
  readonly concurrency: number;
  /** Tokens waiting at this pod, beyond which the network takes no new ones. Default: 10 000 and 64 MiB. */
  readonly mailbox: { readonly messages: number; readonly bytes: number };
  /** `worker` calls the hook in a thread of its own, where it can block and be ended. */
  readonly isolate: "worker" | undefined;
  /** Gateways and initiators only. */
  readonly origin: OriginOptions | undefined;
  /** Aggregators only. */
  readonly aggregate: AggregateOptions | undefined;
  /** Sinks only: how many of the newest payloads `GET /output` keeps. Default: 1 000. */
  readonly keep: number;
}

export type PodBody =
  | { readonly kind: "module"; readonly file: string | undefined }
  | { readonly kind: "flow"; readonly flow: string }
  | { readonly kind: "command"; readonly argv: readonly [string, ...string[]] };

/** `attempts` counts the first call. The delay before attempt n is random up to `initialDelayMs` x `factor`^(n-2). */
export interface PodRetry {
  readonly attempts: number;
  readonly initialDelayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
}

export interface OriginOptions {
  /** Longest body of `POST /trigger`. Default: 1 MiB. */
  readonly maxBodyBytes: number;
  /** Requests a second; nothing = no limit. */
  readonly rateLimit: number | undefined;
  /** Headers of the request that travel with the message, beside the trace. */
  readonly forwardHeaders: readonly string[];
  /** The environment variable that holds the expected key, and the header it is expected in. */
  readonly auth: { readonly header: string; readonly scheme: "bearer" | "key"; readonly env: string } | undefined;
  readonly autoTrigger: AutoTrigger | undefined;
  /** A trigger of `@pawl/flows` that feeds this pod. */
  readonly trigger: { readonly uses: string; readonly with: JsonObject; readonly place: Place } | undefined;
}

export interface AutoTrigger {
  readonly count: number;
  readonly intervalMs: number;
  readonly delayMs: number;
  readonly payload: JsonObject;
  /** Fires again after each start instead of once per revision. */
  readonly everyStart: boolean;
}

export type Correlation =
  | { readonly by: "origin" }
  | { readonly by: "key"; readonly pointer: string }
  | { readonly by: "header"; readonly name: string }
  | { readonly by: "zip" };

export interface AggregateOptions {
  readonly correlate: Correlation;
  /** True when its in-edges carry different correlation ids, so that its message begins a new one. */
  readonly joins: boolean;
  /** From the first durable arrival; 0 = never. Default: 5 min. */
  readonly timeoutMs: number;
  readonly onMissing: "skip" | "null" | "propagate";
  readonly onTimeout: "fail" | "partial" | "drop";
  /** How long a closed set is remembered, so that a late token cannot open it again. Default: 10 min. */
  readonly lateWindowMs: number;
  /** Sets open at once; further ones wait. Default: 10 000. */
  readonly maxOpen: number;
}

/** A parsed file: `network` is there when nothing worse than warnings was found. */
export interface ParsedNetwork {
  readonly file: string | undefined;
  readonly network: Network | undefined;
  readonly diagnostics: readonly Diagnostic[];
}
