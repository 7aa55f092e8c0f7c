import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, test } from "vitest";
import { loadCel } from "../../../src/expression/cel.ts";
import { compileArgv } from "../../../src/expression/shell/argv-command.ts";
import { bindArguments, bindValues } from "../../../src/expression/shell/bind-values.ts";
import { compileShellCommand } from "../../../src/expression/shell/shell-command.ts";
import { scope } from "../scope.ts";
import { payloads } from "./shells.ts";

beforeAll(() => loadCel());

const x = "${{ inputs.x }}";

function argv(source: string, value: unknown): string[] {
  const { arguments: templates, problems } = compileArgv(source);
  expect(problems.filter((problem) => problem.code !== "needs-shell")).toEqual([]);
  return bindArguments(templates, (template) => template.evaluate(scope({ inputs: { x: value as never } })));
}

describe("a command without a shell", () => {
  test.for<[string, string[]]>([
    ["echo a  b\tc", ["echo", "a", "b", "c"]],
    [`echo 'a b' "c d" e\\ f`, ["echo", "a b", "c d", "e f"]],
    [`echo a'b'"c"`, ["echo", "abc"]],
    [`echo '' ""`, ["echo", "", ""]],
    [`echo "a\\"b" 'a\\b' "a\\b"`, ["echo", 'a"b', "a\\b", "a\\b"]],
    ["echo $HOME *", ["echo", "$HOME", "*"]],
    ["echo $${{ x }}", ["echo", "${{", "x", "}}"]],
    [`echo ${x}`, ["echo", "V V"]],
    [`echo "${x}" '${x}' a${x}b`, ["echo", "V V", "V V", "aV Vb"]],
    [`echo "$"${x}$`, ["echo", "$V V$"]],
    [`echo " "${x}`, ["echo", " V V"]],
    [`echo --name=${x}`, ["echo", "--name=V V"]],
  ])("%s becomes %j", ([source, words]) => {
    expect(argv(source, "V V")).toEqual(words);
  });

  test("hands each value over as exactly one argument, whatever it holds", () => {
    for (const payload of payloads) {
      const [program, ...rest] = argv(`printf '<%s>' ${x} "${x}"`, payload) as [string, ...string[]];
      expect(spawnSync(program, rest, { encoding: "utf8" }).stdout).toBe(`<${payload}><${payload}>`);
    }
  });

  test("gives maps and lists as JSON, and nothing for null", () => {
    expect(argv(`echo ${x}`, { a: [1] })).toEqual(["echo", '{"a":[1]}']);
    expect(argv(`echo ${x}`, null)).toEqual(["echo", ""]);
  });

  test.for([`sh -c "echo ${x}"`, `python3 -c 'print("${x}")'`, `ssh host ls ${x}`, `find . -exec sh -c "ls ${x}" \\;`])(
    "%s is refused all the same, because the program reads the value again",
    (source) => {
      expect(compileArgv(source).problems.map((problem) => problem.code)).toEqual(["unsafe-shell"]);
    },
  );

  test("says that shell syntax is text to it", () => {
    const source = "cat a | wc -l";
    const [problem] = compileArgv(source).problems;
    expect(problem?.code).toBe("needs-shell");
    expect(source.slice(problem!.start, problem!.end)).toBe("|");
  });

  test.for(["echo 'a", 'echo "a', "", "   "])("%j cannot be split", (source) => {
    expect(compileArgv(source).problems.map((problem) => problem.code)).toEqual(["command-syntax"]);
  });
});

describe("a value for a command line", () => {
  test("of more than 100 kB is refused with the way out", () => {
    expect(() => argv(`echo ${x}`, "x".repeat(100_001))).toThrow(expect.objectContaining({ code: "value-too-large" }));
    expect(() => argv(`echo ${x}`, "é".repeat(50_001))).toThrow(/stdin:/);
    expect(argv(`echo ${x}`, "x".repeat(100_000))[1]).toHaveLength(100_000);
  });

  test("is refused when it is too large together with the others", () => {
    expect(() => argv(`echo ${`${x} `.repeat(11)}`, "x".repeat(100_000))).toThrow(
      expect.objectContaining({ code: "value-too-large" }),
    );
  });

  test("with a NUL character is refused", () => {
    const { bindings } = compileShellCommand(`echo ${x}`);
    const evaluate = () => bindValues(bindings, (template) => template.evaluate(scope({ inputs: { x: "a\0b" } })));
    expect(evaluate).toThrow(expect.objectContaining({ code: "value-with-nul" }));
  });
});
