import { expansion, mark } from "./marked-text.ts";

/** A word of a command, quotes taken away. */
export interface ShellWord {
  /** Expressions and expansions are one character each. */
  readonly text: string;
  /** As it stands, quotes included. */
  readonly raw: string;
  /** Where it begins in the marked text. */
  readonly start: number;
}

export function hasMark(word: ShellWord): boolean {
  return word.raw.includes(mark);
}

/** The text of a word that no value and no variable has a part in. */
export function literalText(word: ShellWord | undefined): string | undefined {
  if (!word || hasMark(word) || word.text.includes(expansion)) return undefined;
  return word.text;
}

/** The program a word names, without its folder. */
export function programName(word: ShellWord | undefined): string | undefined {
  const text = literalText(word);
  return text?.slice(text.lastIndexOf("/") + 1);
}

/** Offsets of the expressions in a word, nested ones included. */
export function marksIn(word: ShellWord): number[] {
  return marksBetween(word.raw, word.start);
}

export function marksBetween(text: string, offset: number): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) found.push(offset + at);
  return found;
}
