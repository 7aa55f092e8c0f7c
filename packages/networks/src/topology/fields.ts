import type { Json, JsonObject } from "@pawl/flows";
import { didYouMean } from "@pawl/hooks/diagnostics";
import { formatDuration, parseDuration } from "@pawl/hooks/guard";
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import type { Report } from "./report.ts";

interface Field {
  readonly key: Node;
  readonly value: Node | null;
}

/** A key as the code names it: `on_missing`, `on-missing` and `onMissing` are one, and so is `INGRESS_COUNT`. */
function canonical(key: string): string {
  const lower = /^[A-Z0-9_]+$/.test(key) ? key.toLowerCase() : key;
  return lower.replace(/[_-]+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** One map of a network file, read key by key; what is wrong with it goes to the report. */
export class Fields {
  readonly report: Report;
  readonly node: YAMLMap;
  readonly #document: Document;
  readonly #fields = new Map<string, Field>();
  readonly #known: readonly string[];

  constructor(node: YAMLMap, known: readonly string[], document: Document, report: Report) {
    this.node = node;
    this.report = report;
    this.#document = document;
    this.#known = known;
    for (const pair of node.items) this.#take(pair as Pair<Node, Node | null>);
  }

  #take(pair: Pair<Node, Node | null>): void {
    const written = isScalar(pair.key) ? String(pair.key.value) : "";
    const name = canonical(written);
    const value = isAlias(pair.value) ? (pair.value.resolve(this.#document) ?? null) : pair.value;
    if (this.#known.includes(name)) this.#fields.set(name, { key: pair.key, value });
    else {
      const hint = didYouMean(name, this.#known);
      this.report.error("unknown-key", `The key "${written}" is not known here.${hint}`, pair.key);
    }
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }

  value(name: string): Node | null | undefined {
    return this.#fields.get(name)?.value;
  }

  /** The key as a place to point at: its value may be empty. */
  key(name: string): Node | undefined {
    return this.#fields.get(name)?.key;
  }

  string(name: string): string | undefined {
    const value = this.#scalar(name);
    if (value === undefined) return undefined;
    if (typeof value === "string" && value !== "") return value;
    return this.#bad(name, "a text");
  }

  boolean(name: string): boolean | undefined {
    const value = this.#scalar(name);
    if (value === undefined || typeof value === "boolean") return value as boolean | undefined;
    return this.#bad(name, "true or false");
  }

  integer(name: string, min: number): number | undefined {
    const value = this.#scalar(name);
    if (value === undefined) return undefined;
    if (Number.isSafeInteger(value) && (value as number) >= min) return value as number;
    return this.#bad(name, `a whole number of at least ${min}`);
  }

  number(name: string, min: number): number | undefined {
    const value = this.#scalar(name);
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isFinite(value) && value >= min) return value;
    return this.#bad(name, `a number of at least ${min}`);
  }

  /** Milliseconds. At most 1 000 days, so that sums of them stay numbers. */
  duration(name: string): number | undefined {
    const value = this.#scalar(name);
    if (value === undefined) return undefined;
    const ms = parseDuration(value);
    const longest = 1_000 * 86_400_000;
    if (ms !== undefined && ms <= longest) return ms;
    return this.#bad(name, `a duration such as 30s or 5m, up to ${formatDuration(longest)}`);
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.#scalar(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value || (choice === "null" && value === null));
    if (found !== undefined) return found;
    return this.#bad(
      name,
      `one of ${choices.join(", ")}${typeof value === "string" ? didYouMean(value, choices) : ""}`,
    );
  }

  strings(name: string): string[] | undefined {
    const node = this.value(name);
    if (node === undefined) return undefined;
    const items = isSeq(node) ? node.items.map((item) => (isScalar(item) ? item.value : undefined)) : [];
    if (items.length > 0 && items.every((item) => typeof item === "string")) return items as string[];
    return this.#bad(name, "a list of texts");
  }

  object(name: string): JsonObject | undefined {
    const node = this.value(name);
    if (node === undefined) return undefined;
    if (!isMap(node)) return this.#bad(name, "a map");
    return node.toJS(this.#document, { maxAliasCount: 100 }) as { [key: string]: Json };
  }

  map(name: string, known: readonly string[]): Fields | undefined {
    const node = this.value(name);
    if (node === undefined) return undefined;
    if (isMap(node)) return new Fields(node, known, this.#document, this.report);
    return this.#bad(name, `a map with ${known.join(", ")}`);
  }

  /** The scalar's value; `undefined` when the key is absent or holds something else, which is reported. */
  #scalar(name: string): unknown {
    const field = this.#fields.get(name);
    if (field === undefined) return undefined;
    if (field.value === null) return null;
    if (isScalar(field.value)) return field.value.value;
    return this.#bad(name, "a single value");
  }

  #bad(name: string, expected: string): undefined {
    const field = this.#fields.get(name)!;
    const came = isScalar(field.value) ? JSON.stringify(field.value.value) : isMap(field.value) ? "a map" : "a list";
    this.report.error("bad-value", `${name} is ${expected}; here it is ${came ?? "empty"}.`, field.value ?? field.key);
    return undefined;
  }
}
