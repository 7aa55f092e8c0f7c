import { describe, expect, test } from "vitest";
import type { CommandEntry } from "../src/command.ts";
import { commands } from "../src/commands/list.ts";
import { exitCodeMeanings, exitCodes } from "../src/exit-codes.ts";
import { wantsColor } from "../src/output/terminal.ts";
import { buildProgram } from "../src/program.ts";

function leaves(entries: readonly CommandEntry[]): CommandEntry[] {
  return entries.flatMap((entry) => (entry.commands ? leaves(entry.commands) : [entry]));
}

describe("the list of commands", () => {
  test("has a summary for each, and a file that can be loaded", async () => {
    for (const entry of leaves(commands)) {
      expect(entry.summary, entry.name).toMatch(/^[A-Z].*[^.]$/);
      expect((await entry.load!()).command.run, entry.name).toBeTypeOf("function");
    }
    const names = commands.map((entry) => entry.name);
    expect(new Set(names).size).toBe(names.length);
  });

  test("is built without loading a command that is not asked for", async () => {
    const alone = await buildProgram(["runs", "--json"], async () => {});
    expect(alone.commands.map((command) => command.name())).toEqual(["runs"]);
    const program = await buildProgram(["--verbose", "runs", "--json"], async () => {});
    const optionsOf = (name: string) => program.commands.find((command) => command.name() === name)!.options.length;
    expect(optionsOf("runs")).toBeGreaterThan(0);
    expect(optionsOf("validate")).toBe(0);
  });
});

test("every exit code has a meaning of its own", () => {
  expect(Object.keys(exitCodeMeanings)).toEqual(Object.keys(exitCodes));
  expect(new Set(Object.values(exitCodes)).size).toBe(Object.keys(exitCodes).length);
});

test("NO_COLOR wins over FORCE_COLOR, which wins over what the stream is", () => {
  expect(wantsColor({}, true)).toBe(true);
  expect(wantsColor({}, false)).toBe(false);
  expect(wantsColor({ FORCE_COLOR: "1" }, false)).toBe(true);
  expect(wantsColor({ FORCE_COLOR: "0" }, true)).toBe(false);
  expect(wantsColor({ NO_COLOR: "1", FORCE_COLOR: "1" }, true)).toBe(false);
  expect(wantsColor({ TERM: "dumb" }, true)).toBe(false);
});
