import { relative } from "node:path";
import type { LoadedProject } from "@pawl/flows";
import type { Terminal } from "./terminal.ts";

/** What is wrong with the code of a project, on standard error: it disables only itself. */
export function noteDiagnostics(terminal: Terminal, { project, diagnostics }: LoadedProject): void {
  for (const { severity, message, code, file, line } of diagnostics) {
    const place = file === undefined ? "" : `${relative(project.dir, file)}${line === undefined ? "" : `:${line}`}: `;
    const { colors } = terminal;
    terminal.note(
      `${severity === "error" ? colors.red("error") : colors.yellow("warning")}: ${place}${message}  ${colors.dim(code)}`,
    );
  }
}
