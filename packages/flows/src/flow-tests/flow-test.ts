import type { Flow } from "../definition/flow.ts";
import type { RunStatus, RunTrigger, StepStatus } from "../durability/records.ts";
import type { PositionOf } from "../expression/template.ts";
import type { Json, JsonObject } from "../json.ts";

/** One test of a flow: what its run is given, what stands in for its steps, and what has to come of it. */
export interface FlowTest {
  readonly name: string;
  readonly flow: Flow;
  readonly given: GivenToRun;
  /** By record id, path of a step, or name of a node; the first that fits is taken, in this order. */
  readonly mocks: ReadonlyMap<string, Mock>;
  /** Paths of steps and names of nodes that act for real. */
  readonly real: ReadonlySet<string>;
  /** By record id or path of the step that asks. */
  readonly answers: ReadonlyMap<string, readonly GivenAnswer[]>;
  readonly expected: Expectation;
  readonly line: number;
}

export interface GivenToRun {
  readonly inputs: JsonObject;
  readonly vars: JsonObject;
  readonly trigger: Partial<RunTrigger>;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Milliseconds since 1970: when the run begins. */
  readonly now: number;
}

/** What a step does in place of its node: the same each time, or one after the other. */
export interface Mock {
  readonly calls: readonly MockCall[];
  readonly isList: boolean;
}

export type MockCall =
  | { readonly kind: "output"; readonly output: Json; readonly takesMs: number }
  | { readonly kind: "fail"; readonly failure: MockFailure; readonly takesMs: number }
  | { readonly kind: "never" };

export interface MockFailure {
  readonly message: string;
  readonly code: string | undefined;
  /** Trying again cannot mend it. */
  readonly isPermanent: boolean;
  readonly output: Json | undefined;
}

/** What somebody says to a step that waits for a person. */
export type GivenAnswer =
  | {
      readonly kind: "approval";
      readonly decision: "approve" | "reject";
      readonly by: string | undefined;
      readonly comment: string | undefined;
    }
  | { readonly kind: "input"; readonly value: Json; readonly by: string | undefined };

/** A value that is expected, with the way to the places of its parts. */
export interface Expected<Value extends Json = Json> {
  readonly value: Value;
  readonly at: PositionOf;
}

export interface Expectation {
  /** Default: completed, or failed when an error is expected. */
  readonly status: RunStatus;
  readonly error: Expected | undefined;
  readonly outputs: Expected | undefined;
  readonly order: Expected<readonly string[]> | undefined;
  readonly skipped: readonly Expected<string>[];
  readonly log: readonly Expected<string>[];
  readonly steps: readonly ExpectedStep[];
  /** Where to point when the run as a whole came out otherwise. */
  readonly at: PositionOf;
}

export interface ExpectedStep {
  /** A record id, or a path for all records of a step. */
  readonly name: string;
  /** `unreached`: there is no record. */
  readonly status: StepStatus | "unreached" | undefined;
  readonly output: Expected | undefined;
  readonly error: Expected | undefined;
  readonly with: Expected | undefined;
  readonly attempts: number | undefined;
  readonly count: number | undefined;
  readonly reason: string | undefined;
  readonly at: PositionOf;
}
