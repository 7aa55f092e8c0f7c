import type { Json } from "../json.ts";
import type { NodeContext, NodeFailure } from "../nodes/node.ts";

/** What the program of isolated nodes is started with. */
export interface NodeProgramStart {
  readonly projectDir: string;
  /** The source of the one plugin that is imported there, an isolated one. Default: the whole project. */
  readonly plugin?: string;
}

/** The part of a context that can be sent; the rest of it is asked for, or told. */
export type SentContext = Pick<
  NodeContext,
  | "runId"
  | "flowName"
  | "stepId"
  | "recordId"
  | "attempt"
  | "idempotencyKey"
  | "traceparent"
  | "projectDir"
  | "env"
  | "secrets"
>;

export interface NodeCall {
  readonly node: string;
  readonly input: unknown;
  readonly context: SentContext;
}

export interface NodeAnswer {
  /** A plain value is the output of a success. */
  readonly value?: unknown;
  readonly result?: {
    readonly status: "success" | "failed" | "suspended";
    readonly output: Json;
    readonly error: NodeFailure | undefined;
    readonly metrics: Readonly<Record<string, unknown>>;
  };
  /** What the node wrote into `context.metrics`. */
  readonly metrics: Readonly<Record<string, unknown>>;
}

export type NodeNote =
  | {
      readonly kind: "log";
      readonly level: "debug" | "info" | "warn" | "error";
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>> | undefined;
    }
  | { readonly kind: "progress"; readonly current: number; readonly total: number }
  | { readonly kind: "secret"; readonly value: string };

export interface OwnPrefixAsk {
  readonly input: string;
}

export interface StateAsk {
  readonly key: string;
  readonly value?: Json;
}
