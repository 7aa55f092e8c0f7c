import type { Clock, Logger } from "@pawl/hooks/guard";
import type { Store } from "../durability/store.ts";
import type { HttpHost } from "../http/mount.ts";
import type { InstanceState } from "./instance-state.ts";
import type { TriggerContext, TriggerState } from "./trigger.ts";

export interface ContextOptions {
  readonly flowName: string;
  readonly triggerId: string;
  readonly projectDir: string;
  readonly store: Store;
  readonly http: HttpHost | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly lifeId: string;
  readonly dropped: TriggerContext["dropped"];
}

/** What one life of a trigger may use. */
export function createTriggerContext(
  options: ContextOptions,
  state: InstanceState,
  signal: AbortSignal,
): TriggerContext {
  const { store, clock, ...rest } = options;
  return {
    ...rest,
    clock,
    signal,
    events: store.events,
    runs: store.durability,
    state: stateOf(store, `trigger:${options.flowName}/${options.triggerId}`),
    sleep: (ms) => clock.sleep(ms, signal),
    describe: (text, more) => state.describe(text, more),
  };
}

function stateOf({ state }: Store, scope: string): TriggerState {
  return {
    get: (key) => state.get(scope, key),
    set: (key, value) => state.set(scope, key, value),
    delete: (key) => state.delete(scope, key),
  };
}
