import type { RouteContext } from "@pawl/flows";
import { json, Refusal } from "../gateway/answer.ts";
import { ReplayError, replay } from "../runtime/replay.ts";
import type { RunningNetwork } from "../runtime/running-network.ts";
import type { DeadLetter } from "../transport/dead-letter.ts";
import type { Route } from "./route.ts";

const base = "/api/v1/networks/:network/dead-letters";
const mostAtOnce = 1_000;

/** What the commands of other processes ask of the one that runs a network. */
export function deadLetterRoutes(route: Route, runOf: (context: RouteContext) => RunningNetwork): void {
  route("GET", base, async (request, context) => {
    const query = new URL(request.url).searchParams;
    const pod = query.get("pod");
    const before = query.get("before");
    const limit = Math.min(mostAtOnce, Number(query.get("limit") ?? 100) || 100);
    const letters = await runOf(context).line.deadLetters.list({
      limit,
      ...(pod === null ? {} : { pod }),
      ...(before === null ? {} : { before: Number(before) }),
    });
    return json(200, { deadLetters: letters });
  });
  route("GET", `${base}/:id`, async (_, context) => json(200, await letterOf(runOf(context), context)));
  route("POST", `${base}/:id/replay`, async (_, context) => {
    const run = runOf(context);
    const letter = await letterOf(run, context);
    try {
      return json(202, { replayed: letter.id, correlationId: await replay(run.line, letter, run.clock.now()) });
    } catch (error) {
      if (error instanceof ReplayError) throw new Refusal(409, "conflict", error.message);
      throw error;
    }
  });
  route("DELETE", base, async (_, context) => json(200, { removed: await runOf(context).line.deadLetters.remove() }));
  route("DELETE", `${base}/:id`, async (_, context) => {
    const run = runOf(context);
    return json(200, { removed: await run.line.deadLetters.remove([(await letterOf(run, context)).id]) });
  });
}

async function letterOf(run: RunningNetwork, context: RouteContext): Promise<DeadLetter> {
  const letter = await run.line.deadLetters.get(Number(context.params.id));
  if (letter !== undefined) return letter;
  throw new Refusal(404, "not_found", `There is no dead letter ${context.params.id} in "${run.network.name}".`);
}
