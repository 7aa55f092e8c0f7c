import type { Token } from "../envelope/token.ts";
import type { Passage } from "./passage.ts";

/** One step of a pod, as it is told when it is durable. */
export interface Told {
  readonly correlationId: string;
  readonly pod: string;
  readonly passage: Passage;
  /** The correlation id that it went on under, when messages of several met. */
  readonly into: string | undefined;
}

interface ToldStep {
  readonly passage?: Passage;
  readonly outputs: readonly Token[];
  readonly also?: readonly { readonly token: Token }[];
}

/** Tells of a step once for each correlation id that it has to do with. */
export function tellStep(tell: (told: Told) => void, pod: string, input: Token, step: ToldStep): void {
  const { passage, outputs, also } = step;
  if (passage === undefined) return;
  const into = outputs[0]?.correlationId;
  if (into !== undefined) tell({ correlationId: into, pod, passage, into: undefined });
  if (input.correlationId !== into) tell({ correlationId: input.correlationId, pod, passage, into });
  if (also === undefined) return;
  for (const { token } of also) {
    const { correlationId } = token;
    if (correlationId !== into && correlationId !== input.correlationId) tell({ correlationId, pod, passage, into });
  }
}
