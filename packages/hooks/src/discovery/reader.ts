import { didYouMean } from "../diagnostics/nearest.ts";
import type { Findings, Position } from "./codes.ts";
import type { Fields } from "./fields.ts";

/** Reads values of the kind that is expected, and notes those that are not. */
export class Reader {
  readonly findings: Findings;
  readonly #fields: Fields;
  readonly #data: Readonly<Record<string, unknown>>;
  readonly #table: string | undefined;

  constructor(fields: Fields, findings: Findings, table?: string) {
    this.#fields = fields;
    this.findings = findings;
    this.#table = table;
    this.#data = (table === undefined ? fields.data : fields.data[table]) as Readonly<Record<string, unknown>>;
  }

  /** Warns of keys that are not among these. */
  allow(known: readonly string[]): void {
    for (const key of Object.keys(this.#data)) {
      if (known.includes(key)) continue;
      const where = this.#table === undefined ? "" : ` in ${this.#table}`;
      this.findings.warning("unknown-key", `There is no key "${key}"${where}.${didYouMean(key, known)}`, this.at(key));
    }
  }

  at(key: string): Position | undefined {
    return this.#fields.positionOf(key, this.#table) ?? (this.has(key) ? this.start() : undefined);
  }

  /** Where something is missing: the head of the file. */
  start(): Position {
    return { line: 1, column: 1 };
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#data, key) && this.#data[key] !== null;
  }

  name(): string {
    const name = this.text("name");
    if (name === undefined) {
      if (!this.has("name")) {
        this.findings.error("missing-key", 'A hook needs a name, as in name = "guard-rm".', this.start());
      }
      return "";
    }
    if (!/^[\w.@:-]{1,100}$/.test(name)) {
      this.findings.error("invalid-value", "A name has up to 100 letters, digits and _ . @ : -", this.at("name"));
    }
    return name;
  }

  text(key: string): string | undefined {
    return this.#read(key, "a text", (value) => (typeof value === "string" ? value : undefined));
  }

  number(key: string): number | undefined {
    return this.#read(key, "a number", (value) =>
      typeof value === "number" && Number.isFinite(value) ? value : undefined,
    );
  }

  flag(key: string): boolean | undefined {
    return this.#read(key, "true or false", (value) => (typeof value === "boolean" ? value : undefined));
  }

  list(key: string): string[] | undefined {
    return this.#read(key, "a list of texts", (value) =>
      Array.isArray(value) && value.every((item) => typeof item === "string") ? (value as string[]) : undefined,
    );
  }

  texts(key: string): Record<string, string> {
    const read = this.#read(key, "keys with texts", (value) => (isTexts(value) ? value : undefined));
    return read ?? {};
  }

  choice<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const words = choices.map((choice) => `"${choice}"`).join(" or ");
    return this.#read(key, words, (value) => choices.find((choice) => choice === value));
  }

  /** A table inside, with its own keys. */
  table(key: string, known: readonly string[]): Reader | undefined {
    const value = this.#read(key, "a table of keys", (entry) => (isTable(entry) ? entry : undefined));
    if (!value) return undefined;
    const reader = new Reader(this.#fields, this.findings, key);
    reader.allow(known);
    return reader;
  }

  #read<T>(key: string, wanted: string, convert: (value: unknown) => T | undefined): T | undefined {
    if (!this.has(key)) return undefined;
    const value = convert(this.#data[key]);
    if (value === undefined) {
      const path = this.#table === undefined ? key : `${this.#table}.${key}`;
      this.findings.error("invalid-value", `${path} must be ${wanted}, not ${shown(this.#data[key])}.`, this.at(key));
    }
    return value;
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function isTexts(value: unknown): value is Record<string, string> {
  return isTable(value) && Object.values(value).every((entry) => typeof entry === "string");
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
