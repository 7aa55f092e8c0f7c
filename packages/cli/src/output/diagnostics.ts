import { type Diagnostic, frame } from "@pawl/hooks/diagnostics";
import type { Terminal } from "./terminal.ts";

/** The findings of one file, as `pawl validate` shows them: position, sentence, code, source line and caret. */
export function formatDiagnostics(
  file: string,
  diagnostics: readonly Diagnostic[],
  { colors, text }: Pick<Terminal, "colors"> & { readonly text: string | undefined },
): string {
  const lines = [colors.underline(file)];
  const places = diagnostics.map((diagnostic) => place(diagnostic));
  const placeWidth = Math.max(...places.map((position) => position.length));
  const widest = Math.max(...diagnostics.map(({ severity }) => severity.length));
  diagnostics.forEach((diagnostic, index) => {
    const severity = diagnostic.severity === "error" ? colors.red("error".padEnd(widest)) : colors.yellow("warning");
    const position = places[index]!.padEnd(placeWidth);
    lines.push(`  ${position}  ${severity}  ${diagnostic.message}  ${colors.dim(diagnostic.code)}`);
    const indent = " ".repeat(placeWidth + 4);
    const shown = text === undefined ? undefined : frame(diagnostic, text);
    if (shown !== undefined) lines.push(...shown.split("\n").map((line) => colors.dim(`${indent}${line}`)));
    if (diagnostic.hint !== undefined && !diagnostic.message.includes(diagnostic.hint)) {
      lines.push(`${indent}${colors.cyan(`try: ${diagnostic.hint}`)}`);
    }
  });
  return lines.join("\n");
}

function place({ line, column }: Diagnostic): string {
  return line === undefined ? "" : `${line}:${column ?? 1}`;
}

/** `3 errors and 1 warning`. */
export function countOf(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
  const warnings = diagnostics.length - errors;
  const parts = [errors > 0 && plural(errors, "error"), warnings > 0 && plural(warnings, "warning")].filter(Boolean);
  return parts.length === 0 ? "no mistakes" : parts.join(" and ");
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
