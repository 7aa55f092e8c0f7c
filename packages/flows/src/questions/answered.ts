import type { Store } from "../durability/store.ts";
import type { LoggedEvent } from "../events/event-log.ts";
import { eventsOf } from "./question.ts";

/** What somebody has answered to a run. Values are not in it: they are the output of the step. */
export interface Answered {
  /** The record of the step. */
  readonly step: string;
  readonly kind: "approval" | "input";
  readonly decision?: "approve" | "reject";
  readonly by: string;
  readonly comment?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Everything that people have answered to a run, in order. */
export async function answersTo(store: Store, runId: string): Promise<readonly Answered[]> {
  const answers: Answered[] = [];
  for await (const event of eventsOf(store, runId, ["run-answered"])) answers.push(answeredIn(event));
  return answers;
}

function answeredIn({ recordId = "", time, data }: LoggedEvent): Answered {
  const { kind, decision, by, comment } = data as unknown as Omit<Answered, "step" | "at">;
  return {
    step: recordId,
    kind,
    ...(decision === undefined ? {} : { decision }),
    by,
    ...(comment === undefined ? {} : { comment }),
    at: time,
  };
}
