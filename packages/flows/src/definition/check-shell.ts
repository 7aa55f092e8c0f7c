import { isScalar } from "yaml";
import { compileArgv } from "../expression/shell/argv-command.ts";
import { compileShellCommand } from "../expression/shell/shell-command.ts";
import { type Fields, given } from "./map-reader.ts";
import { report, type SourceFile, spanWithin } from "./source-file.ts";

/** `shell.run`: no value may become syntax, unless the step says in so many words that it may. */
export function checkShell(source: SourceFile, inputs: Fields): void {
  const optOut = given(inputs, "unsafe_interpolation");
  const command = given(inputs, "command");
  if (optOut && isScalar(optOut.node) && optOut.node.value !== false) {
    const message =
      "unsafe_interpolation puts values into the command as they are: whoever sets them can run anything.";
    report(source, optOut.keySpan, { code: "unsafe-interpolation", severity: "warning", message });
    return;
  }
  if (!command || !isScalar(command.node) || typeof command.node.value !== "string") return;
  const text = command.node.value;
  for (const { code, message, start, end } of problemsOf(text, inputs)) {
    const severity = code === "needs-shell" ? "warning" : "error";
    const hint = code === "needs-shell" ? "shell: true" : undefined;
    report(source, spanWithin(source, command.node, { start, end }), { code, severity, message, hint });
  }
}

/** Whether a shell runs it may be known only at run time: then it has to be safe in one. */
function problemsOf(text: string, inputs: Fields): ReturnType<typeof compileArgv>["problems"] {
  const shell = given(inputs, "shell");
  const hasShell = shell !== undefined && isScalar(shell.node) && shell.node.value !== false;
  return hasShell ? compileShellCommand(text).problems : compileArgv(text).problems;
}
