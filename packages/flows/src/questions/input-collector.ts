import type { Logger } from "@pawl/hooks/guard";
import type { Json } from "../json.ts";
import type { AskedInput } from "../nodes/node.ts";

/** A value that somebody is to give. */
export interface WantedInput {
  /** `run`: an input of a flow that is about to start. `step`: what `human.input` or a plugin's node asks for. */
  readonly kind: "run" | "step";
  readonly flow: string;
  /** The name of the input, or the id of the step's record. */
  readonly name: string;
  /** What a person would be asked. */
  readonly message: string;
  /** What the value has to be. */
  readonly input: AskedInput;
  /** Whether it is masked, and must not be shown while it is typed. */
  readonly secret: boolean;
  /** Nothing before the run has started. */
  readonly runId: string | undefined;
}

export interface CollectorContext {
  readonly projectDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C and when its time is up. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Whether a person sits there who can be asked. */
  readonly isInteractive: boolean;
}

/**
 * Gives values that a run lacks, before a person is asked: from a vault, a file, a chat. `pawl run`, `resume` and `replay` ask
 * the collectors in order; the first value that fits is taken.
 */
export interface InputCollector {
  /** Shown when it is at fault. */
  readonly name: string;
  readonly description?: string;
  /** Milliseconds that one value may take. Default: 300000. */
  readonly timeoutMs?: number;
  /** Undefined: this one does not know. */
  collect(wanted: WantedInput, context: CollectorContext): Promise<Json | undefined> | Json | undefined;
}

/** Declares an input collector. */
export function inputCollector(definition: InputCollector): InputCollector {
  return definition;
}
