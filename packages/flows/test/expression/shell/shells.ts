import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadCel } from "../../../src/expression/cel.ts";
import { compileShellCommand } from "../../../src/expression/shell/shell-command.ts";
import type { ExpressionScope } from "../../../src/expression/template.ts";
import type { Json } from "../../../src/json.ts";

/** The shells at hand, each with the arguments in front of a script. */
export const shells: readonly (readonly string[])[] = [
  ["/bin/sh", "-c"],
  ["bash", "-c"],
  ["bash", "--posix", "-c"],
].filter(([program]) => spawnSync(program!, ["-c", ":"]).status === 0);

/** Texts that would do something if any shell read them as code. */
export const payloads: readonly string[] = [
  `$(touch pwned); "; touch pwned; '`,
  "'; touch pwned; '",
  '"; touch pwned; "',
  "`touch pwned`",
  "${IFS+$(touch pwned)}",
  "a[$(touch pwned)]",
  "\n touch pwned\nEOF\ntouch pwned\n",
  "* ? [a-z] {a,b} ~ $HOME $0 $$",
  "-n -e --help",
  "\\",
  "\\' \\\" \\$(touch pwned)",
  "a  b\t c ",
  "&& touch pwned || touch pwned & touch pwned | touch pwned > pwned",
  "Zoë 日本語 🦀 \u202e",
  "# no comment",
  "",
];

export function scopeOf(value: Json): ExpressionScope {
  const empty = { steps: {}, env: {}, vars: {}, secrets: {}, visits: {}, trigger: null, run: null, flow: null };
  return { ...empty, inputs: { x: value } };
}

/** What one command did with one value. */
export interface ShellRun {
  readonly stdout: string;
  readonly stderr: string;
  /** Files that stand in its folder afterwards and did not before. */
  readonly made: readonly string[];
}

const driver = `
for script in scripts/*; do
  text=$(cat "$script")
  number=0
  while [ "$number" -lt "$VALUES" ]; do
    eval "v=\\$VALUE_$number"
    case="\${script#scripts/}-$number"
    (cd "cases/$case" && PAWL_1=$v PAWL_2=$v PAWL_3=$v exec "$@" "$text" >"../../out/$case" 2>"../../err/$case")
    number=$((number + 1))
  done
done`;

/**
 * Runs accepted commands with values, each in an empty folder; one process drives them all, because starting each from
 * here takes many times as long.
 */
export async function runAll(
  shell: readonly string[],
  sources: readonly string[],
  values: readonly string[],
): Promise<ShellRun[][]> {
  await loadCel();
  const folder = mkdtempSync(join(tmpdir(), "pawl-shell-"));
  const name = (index: number): string => String(index).padStart(4, "0");
  try {
    for (const part of ["scripts", "cases", "out", "err"]) mkdirSync(join(folder, part));
    sources.forEach((source, index) => {
      const command = compileShellCommand(source);
      if (command.problems.length > 0) throw new Error(`refused: ${source}: ${command.problems[0]!.message}`);
      writeFileSync(join(folder, "scripts", name(index)), command.script);
    });
    sources.forEach((_, script) => {
      for (let value = 0; value < values.length; value++) mkdirSync(join(folder, "cases", `${name(script)}-${value}`));
    });
    const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, LC_ALL: "C.UTF-8", VALUES: String(values.length) };
    values.forEach((value, index) => {
      env[`VALUE_${index}`] = value;
    });
    spawnSync("sh", ["-c", driver, "driver", ...shell], { cwd: folder, env, stdio: "ignore", timeout: 120_000 });
    const read = (part: string, at: string): string => readFileSync(join(folder, part, at), "utf8");
    return sources.map((_, script) =>
      values.map((_value, value) => {
        const at = `${name(script)}-${value}`;
        return { stdout: read("out", at), stderr: read("err", at), made: readdirSync(join(folder, "cases", at)) };
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
