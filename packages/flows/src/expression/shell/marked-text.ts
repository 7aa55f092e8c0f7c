import { splitText } from "../split-text.ts";

/** Stands for an expression in text that is being read: no character of any script. */
export const mark = "\uFFFF";
/** Stands for what the shell puts in itself: `$NAME`, `$( … )`. */
export const expansion = "\uFFFE";

export interface MarkedExpression {
  readonly source: string;
  /** Offset of its mark in the marked text. */
  readonly at: number;
  /** The whole of `${{ … }}` in the source. */
  readonly start: number;
  readonly end: number;
}

export interface MarkedText {
  readonly text: string;
  readonly expressions: readonly MarkedExpression[];
}

/** The text with each expression as one character; `$${{` as `${{`. */
export function markExpressions(source: string): MarkedText {
  const expressions: MarkedExpression[] = [];
  let text = "";
  for (const part of splitText(source).parts) {
    if (part.kind === "text") {
      text += part.text.replaceAll(mark, "\uFFFD").replaceAll(expansion, "\uFFFD");
      continue;
    }
    expressions.push({ source: part.source, at: text.length, start: part.start, end: part.end });
    text += mark;
  }
  return { text, expressions };
}
