import type { FunctionSet } from "../expression/function-set.ts";
import type { InputSchema } from "../nodes/node.ts";

/** What has inputs that can be checked before it runs: a node or a trigger. */
export interface Described {
  readonly description?: string | undefined;
  readonly input: InputSchema<unknown>;
}

/** Names that can be asked for one by one and listed: a map or a set of them, or `namesOf` a registry. */
export interface Names {
  has(name: string): boolean;
  keys(): Iterable<string>;
  /** What stands behind a name; with it the inputs that a flow gives are checked, too. */
  find?(name: string): Described | Promise<Described> | undefined;
  /** What is said after a name that is not among them. Default: the nearest one. */
  suggest?(name: string): string;
}

/** What the project offers. What is left out is not checked. */
export interface Catalogue {
  readonly nodes?: Names | undefined;
  readonly triggers?: Names | undefined;
  readonly hooks?: ReadonlySet<string> | undefined;
  /** Names of the project's flows. */
  readonly flows?: ReadonlySet<string> | undefined;
  /** What plugins add to expressions. */
  readonly functions?: FunctionSet | undefined;
  /** Plugins have not been loaded: a name that is not known is a warning, for a plugin may bring it. */
  readonly isPartial?: boolean | undefined;
}

interface Registry {
  has(name: string): boolean;
  list(): readonly { readonly name: string }[];
  find(name: string): Described | Promise<Described> | undefined;
  suggest(name: string): string;
}

const known = new WeakMap<Registry, Names>();

/** A registry of nodes or triggers as a catalogue wants it; the same object for the same registry. */
export function namesOf(registry: Registry): Names {
  const found = known.get(registry);
  if (found) return found;
  const names: Names = {
    has: (name) => registry.has(name),
    keys: () => registry.list().map((listing) => listing.name),
    find: (name) => registry.find(name),
    suggest: (name) => registry.suggest(name),
  };
  known.set(registry, names);
  return names;
}
