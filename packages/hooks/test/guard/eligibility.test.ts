import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkEligibility, EligibilityError, eligibility } from "../../src/guard/index.ts";
import { findProgram } from "../../src/process/index.ts";
import { temporaryFolder } from "../process/processes.ts";
import { ManualClock } from "./manual-clock.ts";

function program(folder: string, name: string, mode = 0o755): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), "#!/bin/sh\n", { mode });
  return folder;
}

describe("requirements", () => {
  test("that ask for nothing hold", () => {
    expect(checkEligibility({})).toBeUndefined();
    expect(checkEligibility({ bins: [], anyBins: [], env: [], os: [] })).toBeUndefined();
  });

  test("name every program that is missing", () => {
    expect(checkEligibility({ bins: ["sh"] })).toBeUndefined();
    const error = checkEligibility({ bins: ["sh", "no-such-one", "no-such-two"] });
    expect(error).toBeInstanceOf(EligibilityError);
    expect(error).toMatchObject({ code: "missing-program", missing: ["no-such-one", "no-such-two"] });
  });

  test.each(["anyBins", "any_bins"])("of one program out of several (%s)", (key) => {
    expect(checkEligibility({ [key]: ["no-such-one", "sh"] })).toBeUndefined();
    expect(checkEligibility({ [key]: ["no-such-one"] })).toMatchObject({ code: "missing-any-program" });
  });

  test("of variables want them set and not empty", () => {
    expect(checkEligibility({ env: ["A"] }, { env: { A: "1" } })).toBeUndefined();
    expect(checkEligibility({ env: ["A"] }, { env: { A: "" } })).toMatchObject({ code: "missing-environment" });
    expect(checkEligibility({ env: ["A", "B"] }, { env: { A: "1" } })).toMatchObject({ missing: ["B"] });
  });

  test("of systems know the seed's names and Node's", () => {
    expect(checkEligibility({ os: ["linux", "macos"] }, { os: "macos" })).toBeUndefined();
    expect(checkEligibility({ os: ["darwin"] }, { os: "macos" })).toBeUndefined();
    expect(checkEligibility({ os: ["windows"] }, { os: "linux" })).toMatchObject({ code: "other-system" });
  });

  test("are checked in the order programs, any of programs, variables, systems", () => {
    const requires = { bins: ["no-such"], anyBins: ["no-such"], env: ["NO_SUCH"], os: ["plan9"] };
    expect(checkEligibility(requires)?.code).toBe("missing-program");
    expect(checkEligibility({ ...requires, bins: [] })?.code).toBe("missing-any-program");
    expect(checkEligibility({ ...requires, bins: [], anyBins: [] })?.code).toBe("missing-environment");
  });
});

describe("a remembered answer", () => {
  test("changes with PATH and with the variables it was computed from", () => {
    const folder = program(join(temporaryFolder(), "bin"), "tool");
    const requires = { bins: ["tool"], env: ["KEY"] };
    expect(eligibility(requires, { env: { PATH: "/nowhere", KEY: "1" } })).toMatchObject({ code: "missing-program" });
    expect(eligibility(requires, { env: { PATH: folder, KEY: "1" } })).toBeUndefined();
    expect(eligibility(requires, { env: { PATH: folder, KEY: "" } })).toMatchObject({ code: "missing-environment" });
    expect(eligibility(requires, { env: { PATH: folder, KEY: "2" } })).toBeUndefined();
  });

  test("is used while they stay the same: files are not looked at again", () => {
    const folder = program(join(temporaryFolder(), "bin"), "tool");
    const requires = { bins: ["tool"] };
    expect(eligibility(requires, { env: { PATH: folder } })).toBeUndefined();
    rmSync(folder, { recursive: true });
    expect(eligibility(requires, { env: { PATH: folder } })).toBeUndefined();
    expect(checkEligibility(requires, { env: { PATH: folder } })).toBeDefined();
  });

  test("that refuses is looked at again after ten seconds, because somebody may have installed what was missing", () => {
    const clock = new ManualClock();
    const folder = join(temporaryFolder(), "bin");
    const requires = { bins: ["tool"] };
    const options = { env: { PATH: folder }, clock };
    expect(eligibility(requires, options)).toBeDefined();
    program(folder, "tool");
    clock.advance(9_999);
    expect(eligibility(requires, options)).toBeDefined();
    clock.advance(1);
    expect(eligibility(requires, options)).toBeUndefined();
  });
});

describe("a program's name", () => {
  test("stands for the first executable file on PATH", () => {
    const root = temporaryFolder();
    const first = program(join(root, "first"), "tool", 0o644);
    const second = program(join(root, "second"), "tool");
    mkdirSync(join(root, "third", "tool"), { recursive: true });
    const path = [join(root, "third"), "/nowhere", first, second].join(delimiter);
    expect(findProgram("tool", { path })).toBe(join(second, "tool"));
    chmodSync(join(first, "tool"), 0o755);
    expect(findProgram("tool", { path })).toBe(join(first, "tool"));
  });

  test("with a slash in it is a file, relative to the directory it would run in", () => {
    const cwd = temporaryFolder();
    program(join(cwd, "bin"), "tool");
    expect(findProgram("./bin/tool", { path: "", cwd })).toBe(join(cwd, "bin", "tool"));
    expect(findProgram("bin/tool", { path: "", cwd })).toBe(join(cwd, "bin", "tool"));
    expect(findProgram("tool", { path: undefined, cwd })).toBeUndefined();
    expect(findProgram("", { path: "/bin" })).toBeUndefined();
  });
});
