import fc from "fast-check";
import { expect, test } from "vitest";
import { loadCel } from "../../../src/expression/cel.ts";
import { compileShellCommand } from "../../../src/expression/shell/shell-command.ts";
import { runAll, shells } from "./shells.ts";

const x = "${{ inputs.x }}";

/** Pieces of which scripts are made at random: most are nonsense, and what is accepted must be safe all the same. */
const pieces = [
  x,
  x,
  x,
  '"',
  "'",
  "\\",
  " ",
  " ",
  "\n",
  ";",
  "|",
  "&&",
  "`",
  "$(",
  ")",
  "(",
  "{ ",
  "; }",
  "$((",
  "))",
  "${v:-",
  "${v}",
  "}",
  "$v",
  "v=",
  "echo ",
  "echo ",
  "printf %s ",
  "cat ",
  "cat <<EOF\n",
  "cat <<'EOF'\n",
  "cat <<-EOF\n",
  "\nEOF\n",
  "EOF",
  "\t",
  "# ",
  "if true; then ",
  "; fi",
  "case a in ",
  "a) ",
  ";; ",
  "esac",
  "for v in ",
  "; do ",
  "; done",
  "eval ",
  "sh -c ",
  "sh ",
  "bash -c ",
  "> out",
  "< out",
  "<<< ",
  "$'",
  '$"',
  "export ",
  "[ ",
  " ]",
  "[[ ",
  " ]]",
  "f() ",
  "set -- ",
  "$1",
  "~",
  "*",
  "!",
  "exec ",
  "env ",
  ". ",
  "-",
];

const payload = `$(touch pwned)\`touch pwned\`"; touch pwned; '; touch pwned; #\n touch pwned\nEOF\ntouch pwned\n`;

test("no script that is accepted runs anything of a value, whatever it is made of", async () => {
  await loadCel();
  const scripts = fc.sample(
    fc.array(fc.constantFrom(...pieces), { minLength: 2, maxLength: 14 }).map((parts) => parts.join("")),
    { numRuns: Number(process.env.PAWL_SOAK ?? 1) * 20_000, seed: 20261121 },
  );
  const accepted = scripts.filter((script) => {
    const { bindings, problems } = compileShellCommand(script);
    return bindings.length > 0 && bindings.length <= 3 && problems.length === 0;
  });
  expect(accepted.length).toBeGreaterThan(100);
  const some = accepted.slice(0, Number(process.env.PAWL_SOAK ?? 1) * 250);
  for (const shell of shells) {
    const runs = await runAll(shell, some, [payload]);
    runs.forEach(([run], index) => {
      expect(
        run!.made.filter((name) => /^pwned\W*$/.test(name)),
        `${shell.join(" ")}: ${some[index]}`,
      ).toEqual([]);
    });
  }
}, 600_000);

test("reading a command ends and does not throw, whatever it is made of", async () => {
  await loadCel();
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((all) => all.join("")),
      ),
      (text) => {
        expect(() => compileShellCommand(text)).not.toThrow();
      },
    ),
    { numRuns: 500 },
  );
});
