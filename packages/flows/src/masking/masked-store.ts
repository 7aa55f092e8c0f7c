import type { RunStore } from "../durability/store.ts";
import type { Json } from "../json.ts";
import type { Masker } from "./masker.ts";

/** A store as the steps of one run use it: its log gets no secrets, its small maps hold references to them. */
export function maskedStore({ events, state }: RunStore, masker: Masker): RunStore {
  return {
    events: {
      append(event) {
        events.append(event.data === undefined ? event : { ...event, data: masker.mask(event.data) });
      },
    },
    state: {
      async get(scope, key) {
        const value = await state.get(scope, key);
        return value === undefined ? undefined : masker.decode(value);
      },
      set: (scope, key, value: Json, options) => state.set(scope, key, masker.encode(value), options),
      delete: (scope, key) => state.delete(scope, key),
    },
  };
}
