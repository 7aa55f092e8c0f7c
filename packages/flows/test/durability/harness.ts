import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore, openSqliteStore, type SqliteStoreOptions, type Store } from "../../src/index.ts";

/** How the contract suite gets at one kind of store. */
export interface Harness {
  readonly kind: string;
  /** Why several processes cannot have it open, nor one after another; nothing when they can. */
  readonly cannotShare: string | undefined;
  /** Another look at the same store, as another process would have it; a new one after `reset`. */
  open(options?: SqliteStoreOptions): Promise<Store>;
  /** Closes everything and forgets it. */
  reset(): Promise<void>;
}

export function memoryHarness(): Harness {
  const stores: Store[] = [];
  return {
    kind: "memory",
    cannotShare: "a store in memory belongs to one process and ends with it",
    async open(options) {
      const store = createMemoryStore(options);
      stores.push(store);
      return store;
    },
    async reset() {
      for (const store of stores.splice(0)) await store.close();
    },
  };
}

export function sqliteHarness(): Harness & { readonly file: () => string } {
  const stores: Store[] = [];
  let folder: string | undefined;
  const file = () => {
    folder ??= mkdtempSync(join(tmpdir(), "pawl-store-"));
    return join(folder, "pawl.db");
  };
  return {
    kind: "sqlite",
    cannotShare: undefined,
    file,
    async open(options) {
      const store = await openSqliteStore(file(), options);
      stores.push(store);
      return store;
    },
    async reset() {
      for (const store of stores.splice(0)) await store.close();
      if (folder !== undefined) rmSync(folder, { recursive: true });
      folder = undefined;
    },
  };
}
