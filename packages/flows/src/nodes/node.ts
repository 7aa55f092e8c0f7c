import type { Clock, Logger } from "@pawl/hooks/guard";
import type { ChildOptions, ChildResult } from "@pawl/hooks/process";
import type { InputType } from "../definition/input-type.ts";
import type { Template } from "../expression/template.ts";
import type { Json } from "../json.ts";

/** What checks and describes a value: a zod schema, or anything else that follows Standard Schema v1. */
export interface InputSchema<Output> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a node may use beside its inputs. */
export interface NodeContext {
  readonly runId: string;
  readonly flowName: string;
  /** The id in the flow file. */
  readonly stepId: string;
  /** The id of this execution: `build#2`, `each[3]`, `group.child`. */
  readonly recordId: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly log: Logger;
  /** Shared by the hooks and the node of one step. */
  readonly metrics: Record<string, unknown>;
  /** Aborted on time-out, cancellation and shutdown. */
  readonly signal: AbortSignal;
  progress(current: number, total: number): void;
  /** The W3C `traceparent` of this attempt, for what it calls elsewhere. Programs it starts find it in TRACEPARENT. */
  readonly traceparent: string;
  /** The same for every try of this record, crashes included: hand it to what must not do things twice. */
  readonly idempotencyKey: string;
  readonly projectDir: string;
  /** The environment for child processes: this process's, `.env`, `dotenv:`, `env:`. */
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Makes a text that only now is known to be secret (a token just fetched) one: from here on it is masked everywhere. */
  maskValue(value: string): void;
  readonly clock: Clock;
  /** What this step of this flow keeps from run to run. */
  readonly state: NodeState;
  /**
   * The value of a template where this step stands; for nodes with `rawInputs`.
   * @throws ExpressionError
   */
  evaluate(template: Template): Json;
  /**
   * How much of an input that is text comes from the flow's authors: its value up to the first expression over anything but
   * `env`, `vars` and `secrets`. Nothing for an input that the flow file does not hold.
   */
  ownPrefix(input: string): string | Promise<string>;
  /** Runs a program whose process group is journalled before it starts and ended with the step. */
  runChild(options: Omit<ChildOptions, "beforeStart" | "signal">): Promise<ChildResult>;
}

/** A small durable map. */
export interface NodeState {
  get(key: string): Promise<Json | undefined>;
  /** Durable when it resolves. */
  set(key: string, value: Json): Promise<void>;
  delete(key: string): Promise<void>;
}

const resultMark: unique symbol = Symbol.for("pawl.node-result");

/** What a node may return in place of a plain value, and what step hooks see. */
export class NodeResult {
  /** A plugin may have a copy of Pawl of its own: its results are results all the same. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && resultMark in value;
  }
  get [resultMark](): true {
    return true;
  }

  readonly status: "success" | "failed" | "suspended";
  readonly output: Json;
  readonly error: NodeFailure | undefined;
  readonly metrics: Readonly<Record<string, unknown>>;
  /** The output is secret as a whole, however short. */
  readonly isSecret: boolean;

  constructor(fields: {
    status: "success" | "failed" | "suspended";
    output?: Json;
    error?: NodeFailure;
    metrics?: Readonly<Record<string, unknown>>;
    isSecret?: boolean;
  }) {
    this.status = fields.status;
    this.output = fields.output ?? null;
    this.error = fields.error;
    this.metrics = fields.metrics ?? {};
    this.isSecret = fields.isSecret ?? false;
  }
}

export interface NodeFailure {
  readonly code: string;
  readonly message: string;
}

/** What a node wants to know of a person before its step ends. */
export type Ask =
  | {
      readonly kind: "approval";
      readonly message: string;
      /** Who may decide. Default: anybody. */
      readonly approvers?: readonly string[];
      readonly expiresMs?: number;
    }
  | { readonly kind: "input"; readonly message: string; readonly input: AskedInput };

/** What the value that a person gives has to be. */
export interface AskedInput {
  readonly type: InputType;
  readonly choices?: readonly Json[];
  /** Taken when nothing is given. */
  readonly default?: Json;
  /** Whether something has to be given when there is no default. */
  readonly required: boolean;
  /** Sealed from the moment it is given: it is stored nowhere in clear, and shown nowhere. */
  readonly secret?: boolean;
}

export interface NodeDefinition<Input = unknown> {
  /** `namespace.action`. */
  readonly name: string;
  readonly description?: string;
  /** Part of what results are cached by: raise it when the node gives other outputs for the same inputs. */
  readonly version?: string;
  readonly input: InputSchema<Input>;
  /** What its output has to be; what it makes of the output is what the step has. Default: any JSON. */
  readonly output?: InputSchema<unknown>;
  /**
   * Does nothing outside the run: no file, network, program or person. `pawl test` lets it act; others have to be mocked there.
   * Default: false.
   */
  readonly isPure?: boolean;
  /** Inputs that must reach `run` as written, because the node puts values in itself (`shell.run`'s command). */
  readonly rawInputs?: readonly string[];
  /**
   * A moment (milliseconds since 1970) to wait for before `run`; the pause outlives restarts. It must not throw. After
   * `lookAgainAt` the inputs are evaluated anew, and it is asked again.
   */
  waitUntil?(input: Input, now: number): number | { readonly lookAgainAt: number };
  /** What a person is asked when `run` suspends the step. Default: any value, with the suspended output as the message. */
  ask?(input: Input): Ask;
  run(input: Input, context: NodeContext): Promise<Json | NodeResult | undefined> | Json | NodeResult | undefined;
}

/** Declares a node with the types of its schema. */
export function node<Input>(definition: NodeDefinition<Input>): NodeDefinition<Input> {
  return definition;
}

/** A failure that trying again cannot mend. `code` shows in `steps.ID.error.code`. */
export class NodeError extends Error {
  override readonly name: string = "NodeError";
  readonly code: string;
  readonly output: Json | undefined;
  constructor(message: string, options: { code?: string; output?: Json; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = options.code ?? "node-error";
    this.output = options.output;
  }
}

/** A failure that may pass: retried as `retry` says. */
export class TransientError extends NodeError {
  override readonly name: string = "TransientError";
  constructor(message: string, options: { code?: string; output?: Json; cause?: unknown } = {}) {
    super(message, { code: "transient", ...options });
  }
}
