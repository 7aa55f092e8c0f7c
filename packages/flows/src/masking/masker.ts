import type { Json } from "../json.ts";
import { formsOf } from "./forms.ts";
import { mapJson } from "./map-json.ts";
import { closing, opening, references } from "./reference.ts";
import { seal, unseal } from "./sealer.ts";

const shortestSecret = 4;
const mask = "***";

/** Knows the secrets of one run: hides them from people, and seals them in what is stored. */
export class Masker {
  readonly #secretOf = new Map<string, string>();
  readonly #sealed = new Map<string, string>();
  #matcher: RegExp | undefined;
  #longest = 0;

  constructor(secrets: Iterable<string> = []) {
    for (const secret of secrets) this.add(secret);
  }

  /** The secrets known so far. */
  get secrets(): readonly string[] {
    return [...new Set(this.#secretOf.values())];
  }

  /** Texts of fewer than 4 characters are left alone: hiding them would make everything unreadable. */
  add(secret: string): void {
    if (secret.trim().length < shortestSecret || /^\**$/.test(secret) || this.#secretOf.get(secret) === secret) return;
    for (const form of formsOf(secret)) {
      if (form === secret || !this.#secretOf.has(form)) this.#secretOf.set(form, secret);
      this.#longest = Math.max(this.#longest, form.length);
    }
    this.#matcher = undefined;
  }

  /** Every text in a value that is secret as a whole. */
  addAll(value: Json): void {
    for (const leaf of leavesOf(value)) this.add(leaf);
  }

  /** For people. */
  maskText(text: string): string {
    return this.#secretOf.size === 0
      ? text
      : text.replace(this.#pattern(), (found) => (found === opening ? found : mask));
  }

  mask<T extends Json>(value: T): T {
    if (this.#secretOf.size === 0) return value;
    return mapJson(
      value,
      (text) => this.maskText(text),
      (number) => {
        const text = String(number);
        return this.maskText(text) === text ? number : mask;
      },
    ) as T;
  }

  /** For the store: secrets become references that `decode` puts back, after a restart too. */
  encode<T extends Json>(value: T): T {
    return mapJson(
      value,
      (text) => this.#encodeText(text),
      (number) => this.#encodeNumber(number),
    ) as T;
  }

  /** A value that is secret as it is, however short. */
  encodeWhole(value: Json): string {
    return `${opening}w${seal(JSON.stringify(value))}${closing}`;
  }

  /**
   * What `encode` was given. The secrets found in it are known from then on.
   * @throws Error when it was sealed with another key
   */
  decode<T extends Json>(value: T): T {
    return mapJson(value, (text) => (text.includes(opening) ? this.#decodeText(text) : text)) as T;
  }

  /** Where text that ends so may have the beginning of a secret: what follows decides. */
  cutOf(text: string): number {
    if (this.#secretOf.size === 0) return text.length;
    let cut = text.length;
    const forms = [...this.#secretOf.keys()];
    for (let at = Math.max(0, text.length - this.#longest + 1); at < text.length; at++) {
      const tail = text.slice(at);
      if (!forms.some((form) => form.length > tail.length && form.startsWith(tail))) continue;
      cut = at;
      break;
    }
    for (const match of text.matchAll(this.#pattern())) {
      if (match.index < cut && match.index + match[0].length > cut) return match.index;
    }
    return cut;
  }

  #encodeText(text: string): string {
    if (this.#secretOf.size === 0 && !text.includes(opening)) return text;
    return text.replace(this.#pattern(), (found) => {
      const secret = this.#secretOf.get(found);
      return secret === undefined ? opening + opening : this.#reference(found, secret);
    });
  }

  #encodeNumber(number: number): Json {
    if (this.#secretOf.size === 0) return number;
    return this.maskText(String(number)) === String(number) ? number : this.encodeWhole(number);
  }

  #reference(found: string, secret: string): string {
    let sealed = this.#sealed.get(found);
    if (sealed === undefined) {
      sealed = seal(JSON.stringify([found, secret]));
      this.#sealed.set(found, sealed);
    }
    return `${opening}t${sealed}${closing}`;
  }

  #decodeText(text: string): Json {
    if (text.startsWith(`${opening}w`) && text.indexOf(closing) === text.length - 1) {
      const value = JSON.parse(unseal(text.slice(2, -1))) as Json;
      this.addAll(value);
      return value;
    }
    return text.replace(references, (_, kind: string | undefined, sealed: string) => {
      if (kind === undefined) return opening;
      const [found, secret] = JSON.parse(unseal(sealed)) as [string, string];
      this.add(secret);
      return found;
    });
  }

  /** One pass over a text finds all; where two begin at one place, the longer one. */
  #pattern(): RegExp {
    this.#matcher ??= new RegExp(
      [...this.#secretOf.keys(), opening]
        .toSorted((a, b) => b.length - a.length)
        .map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"))
        .join("|"),
      "g",
    );
    return this.#matcher;
  }
}

function leavesOf(value: Json): string[] {
  if (typeof value === "string" || typeof value === "number") return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}
