/** A JSON text with the offset of every value: `$.hooks.PreToolUse.0.matcher`. */
export type JsonWithPlaces =
  | { readonly ok: true; readonly value: unknown; readonly offsetOf: (path: string) => number | undefined }
  | { readonly ok: false; readonly offset: number; readonly problem: string };

const maxDepth = 100;

class Unexpected extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** Parses JSON and remembers where things stand, so that a finding can name line and column. */
export function parseJsonWithPlaces(text: string): JsonWithPlaces {
  const scan = new Scanner(text);
  try {
    scan.document();
    return { ok: true, value: JSON.parse(text), offsetOf: (path) => scan.offsets.get(path) };
  } catch (error) {
    if (error instanceof Unexpected) return { ok: false, offset: error.offset, problem: error.message };
    return { ok: false, offset: 0, problem: error instanceof Error ? `${error.message}.` : "It is not JSON." };
  }
}

/** Path of the keys to a value. */
export function placeOf(...keys: readonly (string | number)[]): string {
  return ["$", ...keys].join(".");
}

class Scanner {
  readonly offsets = new Map<string, number>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.charCodeAt(0) === 0xfeff) this.#fail("The file begins with a byte order mark.");
  }

  document(): void {
    this.#space();
    this.#value("$", 0);
    this.#space();
    if (this.#at < this.#text.length) this.#fail("Expected the end of the file.");
  }

  #value(path: string, depth: number): void {
    if (depth > maxDepth) this.#fail(`Nested deeper than ${maxDepth} levels.`);
    this.offsets.set(path, this.#at);
    const character = this.#text[this.#at];
    if (character === "{") this.#object(path, depth);
    else if (character === "[") this.#list(path, depth);
    else if (character === '"') this.#string();
    else this.#word();
  }

  #object(path: string, depth: number): void {
    this.#at++;
    this.#space();
    if (this.#accept("}")) return;
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#fail("Expected a key in double quotes.");
      const key = this.#string();
      this.#space();
      if (!this.#accept(":")) this.#fail('Expected ":" after the key.');
      this.#space();
      this.#value(`${path}.${key}`, depth + 1);
      this.#space();
    } while (this.#accept(","));
    if (!this.#accept("}")) this.#fail('Expected "," or "}".');
  }

  #list(path: string, depth: number): void {
    this.#at++;
    this.#space();
    if (this.#accept("]")) return;
    let index = 0;
    do {
      this.#space();
      this.#value(`${path}.${index++}`, depth + 1);
      this.#space();
    } while (this.#accept(","));
    if (!this.#accept("]")) this.#fail('Expected "," or "]".');
  }

  #string(): string {
    const start = this.#at++;
    while (this.#at < this.#text.length && this.#text[this.#at] !== '"' && this.#text[this.#at] !== "\n") {
      this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    }
    if (!this.#accept('"')) {
      this.#at = start;
      this.#fail("This text is not closed.");
    }
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string;
    } catch {
      this.#at = start;
      return this.#fail("This text has an escape that JSON does not know.");
    }
  }

  #word(): void {
    const match = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/.exec(
      this.#text.slice(this.#at, this.#at + 400),
    );
    if (!match) this.#fail("Expected a value.");
    else this.#at += match[0].length;
  }

  #space(): void {
    while (" \t\r\n".includes(this.#text[this.#at] ?? "x")) this.#at++;
  }

  #accept(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #fail(message: string): never {
    throw new Unexpected(this.#at, message);
  }
}
