import { HttpAnswer } from "@pawl/flows";
import { ReplayError, replay } from "../runtime/replay.ts";
import type { RunningNetwork } from "../runtime/running-network.ts";
import type { DeadLetter } from "../transport/dead-letter.ts";
import { refuse } from "./codes.ts";
import type { ApiRoute, RunOf } from "./route.ts";

/** What the commands of other processes ask of the one that runs a network. */
export function deadLetterRoutes(route: ApiRoute, runOf: RunOf): void {
  route("listDeadLetters", "GET /api/v1/networks/:network/dead-letters", async ({ params, query, answer }) => {
    const { limit, pod, before } = query;
    const letters = await runOf(params.network).line.deadLetters.list({
      limit: limit + 1,
      ...(pod === undefined ? {} : { pod }),
      ...(before === undefined ? {} : { before }),
    });
    const deadLetters = letters.slice(0, limit);
    return answer(200, { deadLetters, next_before: letters.length > limit ? deadLetters.at(-1)!.id : null });
  });
  route("getDeadLetter", "GET /api/v1/networks/:network/dead-letters/:id", async ({ params, answer }) => {
    const letter = await letterOf(runOf(params.network), params.id);
    return letter instanceof HttpAnswer ? letter : answer(200, letter);
  });
  route("replayDeadLetter", "POST /api/v1/networks/:network/dead-letters/:id/replay", async ({ params, answer }) => {
    const run = runOf(params.network);
    const letter = await letterOf(run, params.id);
    if (letter instanceof HttpAnswer) return letter;
    try {
      const correlationId = await replay(run.line, letter, run.clock.now());
      return answer(202, { replayed: letter.id, correlationId });
    } catch (error) {
      if (error instanceof ReplayError) return refuse("not-replayable", error.message);
      throw error;
    }
  });
  route("purgeDeadLetters", "DELETE /api/v1/networks/:network/dead-letters", async ({ params, answer }) => {
    return answer(200, { removed: await runOf(params.network).line.deadLetters.remove() });
  });
  route("removeDeadLetter", "DELETE /api/v1/networks/:network/dead-letters/:id", async ({ params, answer }) => {
    const run = runOf(params.network);
    const letter = await letterOf(run, params.id);
    if (letter instanceof HttpAnswer) return letter;
    return answer(200, { removed: await run.line.deadLetters.remove([letter.id]) });
  });
}

async function letterOf(run: RunningNetwork, id: string): Promise<DeadLetter | HttpAnswer> {
  const letter = /^\d{1,15}$/.test(id) ? await run.line.deadLetters.get(Number(id)) : undefined;
  if (letter !== undefined) return letter;
  return refuse("unknown-dead-letter", `There is no dead letter ${id.slice(0, 100)} in "${run.network.name}".`);
}
