import { json, type TriggerStatus } from "@pawl/flows";
import type { ApiHandler } from "./api.ts";

export const triggerRoutes: Readonly<Record<string, ApiHandler>> = {
  "GET /triggers": (_request, _params, { triggers }) => json(200, { triggers: triggers.status().map(shown) }),
};

/** What is not known is null, so that every trigger has the same fields. */
function shown(status: TriggerStatus): object {
  const { description, nextFiringAt, lastFiredAt, lastRunId, lastError, retryAt, ...rest } = status;
  return {
    ...rest,
    description: description ?? null,
    nextFiringAt: nextFiringAt ?? null,
    lastFiredAt: lastFiredAt ?? null,
    lastRunId: lastRunId ?? null,
    lastError: lastError ?? null,
    retryAt: retryAt ?? null,
  };
}
