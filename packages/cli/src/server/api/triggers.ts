import type { TriggerStatus } from "@pawl/flows";
import type { ApiRoutes } from "./api.ts";
import { listTriggers } from "./operations/triggers.ts";

export const triggerRoutes: ApiRoutes = (route, { triggers }) => {
  route(listTriggers, ({ answer }) => answer(200, { triggers: triggers.status().map(shown) }));
};

/** What is not known is null, so that every trigger has the same fields. */
function shown(status: TriggerStatus) {
  const { description, nextFiringAt, lastFiredAt, lastRunId, lastError, lastDropped, retryAt, ...rest } = status;
  return {
    ...rest,
    description: description ?? null,
    nextFiringAt: nextFiringAt ?? null,
    lastFiredAt: lastFiredAt ?? null,
    lastRunId: lastRunId ?? null,
    lastError: lastError ?? null,
    lastDropped: lastDropped ?? null,
    retryAt: retryAt ?? null,
  };
}
