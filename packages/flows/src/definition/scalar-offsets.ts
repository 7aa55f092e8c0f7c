import { Scalar } from "yaml";

/**
 * Where the character at `offset` of a scalar's value stands in the file.
 * Walks value and source side by side: folded lines, indentation and escapes differ, all else is the same.
 */
export function sourceOffset(text: string, scalar: Scalar, offset: number): number {
  const [from, to] = scalar.range ?? [0, 0];
  const value = String(scalar.value);
  let at = contentStart(text, scalar, from);
  let index = 0;
  while (index < offset && at < to) {
    const escaped = scalar.type === Scalar.QUOTE_DOUBLE && text[at] === "\\" ? escapeAt(text, at) : undefined;
    if (escaped) {
      at += escaped.length;
      index += escaped.gives;
    } else if (text[at] === value[index]) {
      at += scalar.type === Scalar.QUOTE_SINGLE && text[at] === "'" ? 2 : 1;
      index++;
    } else if (isSpace(text[at])) {
      at++;
    } else if (isSpace(value[index])) {
      index++;
    } else {
      return at;
    }
  }
  return skipSpace(text, at, to, value[offset]);
}

/** Indentation in front of the wanted character is not the character. */
function skipSpace(text: string, from: number, to: number, wanted: string | undefined): number {
  let at = from;
  if (wanted === undefined || isSpace(wanted)) return at;
  while (at < to && isSpace(text[at])) at++;
  return at;
}

function contentStart(text: string, scalar: Scalar, from: number): number {
  if (scalar.type === Scalar.QUOTE_DOUBLE || scalar.type === Scalar.QUOTE_SINGLE) return from + 1;
  if (scalar.type !== Scalar.BLOCK_LITERAL && scalar.type !== Scalar.BLOCK_FOLDED) return from;
  const lineEnd = text.indexOf("\n", from);
  return lineEnd < 0 ? from : lineEnd + 1;
}

function isSpace(character: string | undefined): boolean {
  return character === " " || character === "\n" || character === "\t" || character === "\r";
}

function escapeAt(text: string, at: number): { length: number; gives: number } {
  const kind = text[at + 1];
  if (kind === "x") return { length: 4, gives: 1 };
  if (kind === "u") return { length: 6, gives: 1 };
  if (kind === "U") return { length: 10, gives: Number.parseInt(text.slice(at + 2, at + 10), 16) > 0xffff ? 2 : 1 };
  if (kind === "\n" || kind === "\r") return { length: 2, gives: 0 };
  return { length: 2, gives: 1 };
}
