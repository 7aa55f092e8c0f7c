import type { Diagnostic } from "./diagnostic.ts";

const widest = 100;

/**
 * The source line of a diagnostic with a caret below it, or nothing when it has no position.
 * Long lines are cut around the caret.
 */
export function frame(diagnostic: Diagnostic, text: string): string | undefined {
  if (diagnostic.line === undefined || diagnostic.column === undefined) return undefined;
  const line = text.split("\n", diagnostic.line)[diagnostic.line - 1]?.replace(/\r$/, "").replaceAll("\t", " ");
  if (line === undefined) return undefined;
  const start = Math.max(0, diagnostic.column - 1 - Math.floor(widest / 2));
  const shown = line.slice(start, start + widest);
  const offset = Math.min(diagnostic.column - 1 - start, shown.length);
  const carets = "^".repeat(Math.max(1, Math.min(diagnostic.length ?? 1, shown.length - offset)));
  return `${shown}\n${" ".repeat(offset)}${carets}`;
}
