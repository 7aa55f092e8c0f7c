import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { wordsOf } from "../command/command-line.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { Findings } from "../discovery/codes.ts";
import type { HookAction } from "./candidate.ts";

const interpreters = new Set(["sh", "bash", "zsh", "dash", "python", "python3", "node", "ruby", "perl", "php"]);

/** Finds a script or module that is not there before it is needed. */
export function checkScript(file: string, action: HookAction, cwd: string): readonly Diagnostic[] {
  const findings = new Findings(file);
  if (action.type === "handler" && !existsSync(action.file)) {
    findings.error("handler-not-found", `The handler ${action.file} is not there.`);
  }
  if (action.type !== "command") return findings.all;
  const words = wordsOf(action.command);
  const script = scriptOf(words);
  if (script !== undefined && !existsSync(isAbsolute(script) ? script : resolve(cwd, script))) {
    findings.error("script-not-found", `The script ${script} is not there.`);
  }
  return findings.all;
}

/** The file that a command runs, when its first words say so plainly. */
function scriptOf(words: readonly string[]): string | undefined {
  const [program, first] = words;
  if (program === undefined || /[$*?~=]/.test(program)) return undefined;
  if (program.includes("/")) return program;
  if (first === undefined || !interpreters.has(program) || first.startsWith("-") || /[$*?~]/.test(first))
    return undefined;
  return first;
}
