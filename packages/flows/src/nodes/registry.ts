import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { suggestName } from "../plugins/suggest-name.ts";
import { type BuiltInNode, builtInNodes } from "./built-in.ts";
import type { NodeDefinition } from "./node.ts";

/** Nodes that come from one place, named as a person would look for it: a file, a package. */
export interface NodeSource {
  readonly source: string;
  readonly nodes: readonly NodeDefinition[];
}

/** What is known of a node without loading it. */
export interface NodeListing {
  readonly name: string;
  readonly description: string | undefined;
  /** `built-in`, or the source it was registered with. */
  readonly source: string;
}

export interface NodeRegistry {
  /** One `duplicate-node` for each name that came twice; the first one is kept. */
  readonly diagnostics: readonly Diagnostic[];
  /** In order of name. */
  list(): readonly NodeListing[];
  has(name: string): boolean;
  /** All names, so that a registry can be what a flow file is checked against. */
  keys(): Iterable<string>;
  /** The node, or a promise of it on the first use of a built-in one; undefined when there is none. */
  find(name: string): NodeDefinition | Promise<NodeDefinition> | undefined;
  /** ` Did you mean "x"?`, which broken plugin may bring it, or an empty string. */
  suggest(name: string): string;
}

type Entry = { listing: NodeListing; definition: NodeDefinition } | { listing: NodeListing; builtIn: BuiltInNode };

/** Knows every node by name. Built-in ones, those of the host included, are loaded when a step first uses them. */
export function createNodeRegistry(
  extra: readonly NodeSource[] = [],
  ofHost: readonly BuiltInNode[] = [],
  broken: readonly string[] = [],
): NodeRegistry {
  const entries = new Map<string, Entry>();
  const diagnostics: Diagnostic[] = [];
  for (const builtIn of [...builtInNodes, ...ofHost]) {
    const listing = { name: builtIn.name, description: builtIn.description, source: "built-in" };
    entries.set(builtIn.name, { listing, builtIn });
  }
  for (const { source, nodes } of extra) {
    for (const definition of nodes) {
      const known = entries.get(definition.name);
      if (known) diagnostics.push(duplicate(definition.name, known.listing.source, source));
      else entries.set(definition.name, { listing: listingOf(definition, source), definition });
    }
  }
  return {
    diagnostics,
    list: () => [...entries.values()].map((entry) => entry.listing).sort((a, b) => (a.name < b.name ? -1 : 1)),
    has: (name) => entries.has(name),
    keys: () => entries.keys(),
    find(name) {
      const entry = entries.get(name);
      if (!entry || "definition" in entry) return entry?.definition;
      return entry.builtIn.load().then((definition) => {
        entries.set(name, { listing: entry.listing, definition });
        return definition;
      });
    },
    suggest: (name) => suggestName(name, entries.keys(), broken),
  };
}

function listingOf(definition: NodeDefinition, source: string): NodeListing {
  return { name: definition.name, description: definition.description, source };
}

function duplicate(name: string, first: string, second: string): Diagnostic {
  return {
    code: "duplicate-node",
    severity: "error",
    message: `The node "${name}" is defined by ${first} and again by ${second}. The one of ${first} is used.`,
    hint: "Give one of them another name.",
  };
}
