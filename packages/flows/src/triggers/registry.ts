import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { suggestName } from "../plugins/suggest-name.ts";
import { type BuiltInTrigger, builtInTriggers } from "./built-in.ts";
import type { TriggerDefinition } from "./trigger.ts";

/** Triggers that come from one place, named as a person would look for it: a file, a package. */
export interface TriggerSource {
  readonly source: string;
  readonly triggers: readonly TriggerDefinition[];
}

/** What is known of a trigger without loading it. */
export interface TriggerListing {
  readonly name: string;
  readonly description: string | undefined;
  /** `built-in`, or the source it was registered with. */
  readonly source: string;
}

export interface TriggerRegistry {
  /** One `duplicate-trigger` for each name that came twice; the first one is kept. */
  readonly diagnostics: readonly Diagnostic[];
  /** In order of name. */
  list(): readonly TriggerListing[];
  has(name: string): boolean;
  /** The trigger, or a promise of it on the first use of a built-in one; undefined when there is none. */
  find(name: string): TriggerDefinition | Promise<TriggerDefinition> | undefined;
  /** ` Did you mean "x"?`, which broken plugin may bring it, or an empty string. */
  suggest(name: string): string;
}

interface Entry {
  readonly listing: TriggerListing;
  readonly found: TriggerDefinition | BuiltInTrigger;
}

/** Knows every trigger by name. Built-in ones are loaded when a flow first uses them. */
export function createTriggerRegistry(
  extra: readonly TriggerSource[] = [],
  broken: readonly string[] = [],
): TriggerRegistry {
  const entries = new Map<string, Entry>();
  const diagnostics: Diagnostic[] = [];
  const add = (source: string, found: Entry["found"]) => {
    const { name, description } = found;
    const known = entries.get(name);
    if (known) diagnostics.push(duplicate(name, known.listing.source, source));
    else entries.set(name, { listing: { name, description, source }, found });
  };
  for (const builtIn of builtInTriggers) add("built-in", builtIn);
  for (const { source, triggers } of extra) for (const definition of triggers) add(source, definition);
  return {
    diagnostics,
    list: () => [...entries.values()].map((entry) => entry.listing).sort((a, b) => (a.name < b.name ? -1 : 1)),
    has: (name) => entries.has(name),
    find(name) {
      const entry = entries.get(name);
      if (!entry) return undefined;
      if (!("load" in entry.found)) return entry.found;
      return entry.found.load().then((definition) => {
        entries.set(name, { listing: entry.listing, found: definition });
        return definition;
      });
    },
    suggest: (name) => suggestName(name, entries.keys(), broken),
  };
}

function duplicate(name: string, first: string, second: string): Diagnostic {
  return {
    code: "duplicate-trigger",
    severity: "error",
    message: `The trigger "${name}" is defined by ${first} and again by ${second}. The one of ${first} is used.`,
    hint: "Give one of them another name.",
  };
}
