import { relative, sep } from "node:path";
import { type Diagnostic, hasErrors } from "@pawl/hooks/diagnostics";
import { countOf, formatDiagnostics, plural } from "../output/diagnostics.ts";
import type { Terminal } from "../output/terminal.ts";

/** A file that was looked at, and everything that is wrong in it. */
export interface CheckedFile {
  /** As it is shown. */
  readonly file: string;
  readonly text: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** A path as people of the project write it, on any system. */
export function pathIn(dir: string, file: string): string {
  const path = relative(dir, file).split(sep).join("/");
  return path.startsWith("../") ? file : path;
}

/** Every mistake of every file, then their number. `none` is said when there is no file. */
export function showChecked(terminal: Terminal, checked: readonly CheckedFile[], none: string): void {
  for (const { file, text, diagnostics } of checked) {
    if (diagnostics.length > 0) terminal.out(formatDiagnostics(file, diagnostics, { colors: terminal.colors, text }));
  }
  const found = checked.flatMap((file) => file.diagnostics);
  const faulty = checked.filter((file) => file.diagnostics.length > 0).length;
  if (checked.length === 0) terminal.out(none);
  else if (found.length === 0) terminal.out(`${plural(checked.length, "file")}, no mistakes`);
  else terminal.out(`${countOf(found)} in ${faulty} of ${plural(checked.length, "file")}`);
}

/** As `--json` prints it. */
export function checkedToJson({ file, diagnostics }: CheckedFile): object {
  return {
    file,
    ok: !hasErrors(diagnostics),
    diagnostics: diagnostics.map(({ code, severity, message, line, column, hint }) => {
      return { code, severity, message, line: line ?? 1, column: column ?? 1, ...(hint === undefined ? {} : { hint }) };
    }),
  };
}
