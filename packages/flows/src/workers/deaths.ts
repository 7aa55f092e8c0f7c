import type { RunOutcome } from "../durability/durability.ts";
import type { RunRecord } from "../durability/records.ts";
import type { StateStore } from "../durability/store.ts";
import { failure } from "../execution/failure.ts";
import type { Json } from "../json.ts";

/** So many workers may end under a run without a record of it ended in between; then it is poison. */
export const mostDeaths = 3;
const scope = "worker-deaths";
/** Long after every run that is retained. */
const keptMs = 365 * 24 * 3_600_000;

/** One end of a worker that a run was on. */
export interface Death {
  readonly how: string;
  /** What of the run was being executed. */
  readonly steps: readonly string[];
  /** Records of the run that had ended by then. */
  readonly recorded: number;
}

/** The workers that have ended under runs. They are counted durably, so that a restart does not pardon. */
export class Deaths {
  readonly #state: StateStore;

  constructor(state: StateStore) {
    this.#state = state;
  }

  async of(runId: string): Promise<readonly Death[]> {
    return ((await this.#state.get(scope, runId)) ?? []) as unknown as readonly Death[];
  }

  async add(runId: string, death: Death): Promise<readonly Death[]> {
    const before = await this.of(runId);
    // A run that goes forward was only there when its workers ended: the count begins anew.
    const isForward = (before.at(-1)?.recorded ?? 0) < death.recorded;
    const deaths = isForward ? [death] : [...before, death];
    await this.#state.set(scope, runId, deaths as unknown as Json, { expiresAt: Date.now() + keptMs });
    return deaths;
  }

  forget(runId: string): Promise<void> {
    return this.#state.delete(scope, runId);
  }
}

/** How a run ends that has ended its workers too often. */
export function poisoned(run: RunRecord, deaths: readonly Death[]): RunOutcome {
  const ends = deaths.map(({ how, steps }) => (steps.length === 0 ? how : `${how} at ${stepsText(steps)}`));
  const message =
    `Each of the ${deaths.length} worker processes that executed it ended: ${ends.join("; ")}. ` +
    `It is not executed again by itself; when the reason is gone: pawl replay ${run.id} --from STEP.`;
  return { status: "failed", outputs: {}, error: failure("poison-run", message) };
}

function stepsText(steps: readonly string[]): string {
  const named = steps.slice(0, 3).map((step) => `"${step}"`);
  const more = steps.length > named.length ? ` and ${steps.length - named.length} more` : "";
  return `step${steps.length > 1 ? "s" : ""} ${named.join(", ")}${more}`;
}
