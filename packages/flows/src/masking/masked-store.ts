import type { Store } from "../durability/store.ts";
import type { EventLog } from "../events/event-log.ts";
import type { Json } from "../json.ts";
import type { Masker } from "./masker.ts";

/** A store as the steps of one run use it: its log gets no secrets, its small maps hold references to them. */
export function maskedStore(store: Store, masker: Masker): Store {
  const { durability, events, state, leases } = store;
  return {
    durability,
    leases,
    events: maskedEvents(events, masker),
    state: {
      async get(scope, key) {
        const value = await state.get(scope, key);
        return value === undefined ? undefined : masker.decode(value);
      },
      set: (scope, key, value: Json, options) => state.set(scope, key, masker.encode(value), options),
      delete: (scope, key) => state.delete(scope, key),
    },
    prune: (retention) => store.prune(retention),
    close: () => store.close(),
  };
}

function maskedEvents(events: EventLog, masker: Masker): EventLog {
  return {
    append(event) {
      events.append(event.data === undefined ? event : { ...event, data: masker.mask(event.data) });
    },
    read: (filter) => events.read(filter),
    subscribe: (listener) => events.subscribe(listener),
  };
}
