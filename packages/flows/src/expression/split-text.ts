/** A piece of a string: text as it stands, or the source of an expression. Offsets count characters of the string. */
export type TextPart =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "expression";
      readonly source: string;
      /** Where the trimmed source begins, after the delimiter. */
      readonly sourceStart: number;
      /** The whole of `${{ … }}`. */
      readonly start: number;
      readonly end: number;
    };

export interface SplitText {
  readonly parts: readonly TextPart[];
  /** Where a `${{` begins that nothing ends; what follows it is in no part. */
  readonly unterminated: number | undefined;
}

const open = "${{";
const closers: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

/** True for text that needs no look at its parts. */
export function hasExpression(text: string): boolean {
  return text.includes(open);
}

/** Cuts a string into text and expressions; `$${{` is the text `${{`. */
export function splitText(text: string): SplitText {
  const parts: TextPart[] = [];
  let literal = "";
  let at = 0;
  for (;;) {
    const start = text.indexOf(open, at);
    if (start < 0) break;
    if (text[start - 1] === "$" && start > at) {
      literal += text.slice(at, start - 1) + open;
      at = start + open.length;
      continue;
    }
    literal += text.slice(at, start);
    const end = endOfExpression(text, start + open.length);
    if (end === undefined) {
      if (literal) parts.push({ kind: "text", text: literal });
      return { parts, unterminated: start };
    }
    if (literal) parts.push({ kind: "text", text: literal });
    literal = "";
    const inner = text.slice(start + open.length, end);
    const sourceStart = start + open.length + (inner.length - inner.trimStart().length);
    parts.push({ kind: "expression", source: inner.trim(), sourceStart, start, end: end + 2 });
    at = end + 2;
  }
  literal += text.slice(at);
  if (literal) parts.push({ kind: "text", text: literal });
  return { parts, unterminated: undefined };
}

/** The offset of the `}}` that ends the expression: outside brackets and CEL strings. */
export function endOfExpression(text: string, from: number): number | undefined {
  const expected: string[] = [];
  let at = from;
  while (at < text.length) {
    const character = text[at]!;
    if (character === '"' || character === "'") {
      const end = endOfString(text, at);
      if (end === undefined) return undefined;
      at = end;
      continue;
    }
    if (expected.length === 0 && character === "}" && text[at + 1] === "}") return at;
    const closer = closers[character];
    if (closer !== undefined) expected.push(closer);
    else if (character === expected.at(-1)) expected.pop();
    at++;
  }
  return undefined;
}

/** The offset after a CEL string literal that begins at `quote`. As CEL's reader has it, backslashes protect in raw ones, too. */
function endOfString(text: string, quote: number): number | undefined {
  const mark = text[quote]!;
  const isTriple = text.startsWith(mark.repeat(3), quote);
  const closing = isTriple ? mark.repeat(3) : mark;
  let at = quote + closing.length;
  while (at < text.length) {
    const character = text[at];
    if (character === "\\") at += 2;
    else if (text.startsWith(closing, at)) return at + closing.length;
    else if (!isTriple && (character === "\n" || character === "\r")) return undefined;
    else at++;
  }
  return undefined;
}
