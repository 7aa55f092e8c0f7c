import { compileOnce } from "../compile-once.ts";
import { compileTemplate } from "../compile-template.ts";
import type { Template } from "../template.ts";
import { markExpressions } from "./marked-text.ts";
import { readCommands } from "./read-commands.ts";
import { type Refusal, refusals } from "./refusals.ts";
import { createScan, refuseAt, type Scan } from "./shell-scan.ts";
import type { ShellWord } from "./shell-word.ts";

/** A value the script refers to, and the environment variable it is handed over in. */
export interface ShellBinding {
  readonly name: string;
  readonly template: Template;
}

/** A place where no value can be made safe. Offsets are those of the source. */
export interface CommandProblem {
  readonly code: "unsafe-shell" | "command-syntax" | "needs-shell";
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

export interface ShellCommand {
  /** The command with references in place of its expressions. */
  readonly script: string;
  readonly bindings: readonly ShellBinding[];
  readonly problems: readonly CommandProblem[];
}

/**
 * Puts references to environment variables in place of the expressions of a shell command, with regard to the quotes
 * around them, so that no value becomes syntax. A command with problems must not be run.
 */
export const compileShellCommand: (source: string) => ShellCommand = compileOnce(compile, {
  texts: 1_000,
  characters: 10_000,
});

function compile(source: string): ShellCommand {
  const { text, expressions } = markExpressions(source);
  if (expressions.length === 0) return { script: text, bindings: [], problems: [] };
  const names = new Map(expressions.map((expression, index) => [expression.at, `PAWL_${index + 1}`]));
  const scan = createScan(text, (at) => names.get(at)!);
  readCommands(scan);
  if (scan.hereDocuments.length > 0) scan.doubt ??= "unterminated";
  judge(scan);
  const problems = expressions.flatMap(({ at, start, end }) => {
    const own = scan.refused.get(at);
    const reason = own === "delimiter" ? own : (scan.doubt ?? own);
    return reason === undefined ? [] : [{ code: "unsafe-shell" as const, message: sentence(reason), start, end }];
  });
  const bindings = expressions
    .filter(({ at }) => scan.referenced.has(at))
    .map(({ at, source: inner }) => ({ name: names.get(at)!, template: compileTemplate(`\${{ ${inner} }}`).template }));
  return { script: scan.out.join(""), bindings, problems };
}

/** What can be said only when everything has been read. */
function judge(scan: Scan): void {
  for (const statement of scan.statements) {
    if (statement.readsInput) for (const at of statement.marks) refuseAt(scan, at, "reads-code");
  }
  for (const [name, marks] of scan.holding) {
    if (!scan.code.some((word) => mentions(word, name))) continue;
    for (const at of marks) refuseAt(scan, at, "reads-variable");
  }
}

/** Inside single quotes a variable is still a variable when the code runs, and its value no code. */
function mentions(word: ShellWord, name: string): boolean {
  const outside = word.raw.replace(/'[^']*'/g, "");
  const escaped = name === "@" || name === "*" ? `[@*]` : `${name}(?!\\w)`;
  return new RegExp(`\\$\\{?${escaped}`).test(outside);
}

export function sentence(reason: Refusal): string {
  return `No value can be made safe here: ${refusals[reason]}. Give it by env: and write "$NAME".`;
}
