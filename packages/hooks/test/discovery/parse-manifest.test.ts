import { describe, expect, test } from "vitest";
import { parseHookManifest } from "../../src/discovery/parse-manifest.ts";

const toml = (block: string, body = "") => parseHookManifest(`+++\n${block}\n+++\n${body}`, "HOOK.md");
const yaml = (block: string) => parseHookManifest(`---\n${block}\n---\n`, "HOOK.md");

const minimal = 'name = "a"\nevent = "PreToolUse"\ncommand = "true"';

function findings(parsed: ReturnType<typeof parseHookManifest>) {
  return parsed.diagnostics.map(({ code, severity, line, column }) => [code, severity, line, column]);
}

const full = {
  name: "guard-rm",
  events: ["PreToolUse"],
  matcher: "Bash",
  timeoutMs: 30_000,
  command: "./guard.sh",
  requires: { bins: ["jq"], any_bins: ["rg", "grep"], env: ["HOME"], os: ["linux", "macos"] },
  enabled: false,
  priority: 5,
  onFailure: "block",
  parallel: true,
  mode: "persistent",
  if: "Bash(rm *)",
  env: { LEVEL: "high" },
  description: "Refuses rm.",
};

describe("a hook file", () => {
  test("in TOML gives everything it says, and the text below is its description", () => {
    const block = `
name = "guard-rm"
event = "PreToolUse"
matcher = "Bash"
if = "Bash(rm *)"
timeout = 30
command = "./guard.sh"
enabled = false
priority = 5
on_failure = "block"
parallel = true
mode = "persistent"

[requires]
bins = ["jq"]
any_bins = ["rg", "grep"]
env = ["HOME"]
os = ["linux", "macos"]

[env]
LEVEL = "high"`;
    expect(toml(block, "\nRefuses rm.\n")).toMatchObject({ manifest: full, diagnostics: [] });
  });

  test("in YAML gives the same", () => {
    const block = `
name: guard-rm
event: PreToolUse
matcher: Bash
if: Bash(rm *)
timeout: 30
command: ./guard.sh
enabled: false
priority: 5
on_failure: block
parallel: true
mode: persistent
description: Refuses rm.
requires: { bins: [jq], any_bins: [rg, grep], env: [HOME], os: [linux, macos] }
env: { LEVEL: high }`;
    expect(yaml(block)).toMatchObject({ manifest: full, diagnostics: [] });
  });

  test("needs a name, an event and a command, and has defaults for the rest", () => {
    const { manifest, diagnostics } = toml(minimal);
    expect(diagnostics).toEqual([]);
    expect(manifest).toEqual({
      name: "a",
      events: ["PreToolUse"],
      timeoutMs: 60_000,
      command: "true",
      enabled: true,
      priority: 0,
      onFailure: "continue",
      env: {},
      mode: "spawn",
      description: "",
    });
  });

  test("may name several events, and a program with arguments in place of a shell command", () => {
    const { manifest } = toml('name = "a"\nevents = ["Stop", "SubagentStop"]\ncommand = "python3"\nargs = ["a b.py"]');
    expect(manifest).toMatchObject({ events: ["Stop", "SubagentStop"], command: "python3", args: ["a b.py"] });
  });

  test("may have a handler module in place of a command", () => {
    expect(toml('name = "a"\nevent = "Stop"\nhandler = "./a.ts"').manifest).toMatchObject({ handler: "./a.ts" });
  });

  test("may hold a delimiter within a value, Windows line ends, a byte order mark and blank lines before it", () => {
    const text = `\uFEFF\n\n+++\nname = "a"\nevent = "Stop"\ncommand = "echo +++ x"\n+++\nbody +++`;
    for (const source of [text, text.replaceAll("\n", "\r\n")]) {
      expect(parseHookManifest(source, "x").manifest).toMatchObject({ command: "echo +++ x", description: "body +++" });
    }
  });
});

describe("a mistake in a hook file has a code and a place:", () => {
  test.each([
    ["no front matter", "just text", [["missing-front-matter", "error", 1, 1]]],
    ["an empty file", "", [["missing-front-matter", "error", 1, 1]]],
    ["no end of the front matter", '+++\nname = "a"\n', [["unclosed-front-matter", "error", 1, 1]]],
    ["invalid TOML", '+++\nname = "a"\nevent = \n+++\n', [["invalid-toml", "error", 3, 9]]],
    [
      "invalid YAML",
      "---\nname: a\n  event: [\n---\n",
      [["invalid-yaml", "error", expect.any(Number), expect.any(Number)]],
    ],
    ["YAML that is no map", "---\n- a\n---\n", [["invalid-yaml", "error", 2, 1]]],
  ])("%s", (_, source, expected) => {
    const parsed = parseHookManifest(source, "HOOK.md");
    expect(findings(parsed).slice(0, 1)).toEqual(expected);
    expect(parsed).toMatchObject({ broken: { reason: expect.any(String) } });
    expect(parsed.manifest).toBeUndefined();
  });

  test.each([
    ["missing keys, all at once", "x = 1", ["unknown-key", "missing-key", "missing-key", "no-action"]],
    ["an unknown event", minimal.replace("PreToolUse", "PreToolUs"), ["unknown-event"]],
    ["an unknown key", `${minimal}\nmatchr = "Bash"`, ["unknown-key"]],
    ["an unknown requirement", `${minimal}\n[requires]\nbin = ["a"]`, ["unknown-key"]],
    [
      "values of the wrong kind",
      `${minimal}\ntimeout = "5"\npriority = true\nenabled = 1`,
      Array(3).fill("invalid-value"),
    ],
    ["a time-out that is none", `${minimal}\ntimeout = 0`, ["invalid-value"]],
    ["an endless time-out", `${minimal}\ntimeout = inf`, ["invalid-value"]],
    ["a policy that is none", `${minimal}\non_failure = "open"`, ["invalid-value"]],
    ["an invalid pattern", `${minimal}\nmatcher = "("`, ["invalid-pattern"]],
    ["a pattern without bounds", `${minimal}\nmatcher = "(?=a)b"`, ["unsafe-pattern"]],
    ["a rule that cannot be read", `${minimal}\nif = "Bash("`, ["invalid-rule"]],
    ["command and handler", `${minimal}\nhandler = "./a.ts"`, ["two-actions"]],
    ["an empty command", 'name = "a"\nevent = "Stop"\ncommand = " "', ["invalid-value"]],
    ["arguments without a command", 'name = "a"\nevent = "Stop"\nhandler = "./a.ts"\nargs = ["x"]', ["invalid-value"]],
    ["a name with a slash", minimal.replace('"a"', '"a/b"'), ["invalid-value"]],
    [
      "a wrong event beside a wrong matcher and a wrong rule",
      'name = "a"\nevent = "PreTolUse"\ncommand = "x"\nmatcher = "("\nif = "Bash("',
      ["unknown-event", "invalid-pattern", "invalid-rule"],
    ],
    ["a rule where a matcher belongs", `${minimal}\nmatcher = "Bash(git commit*)"`, ["matcher-is-rule"]],
    [
      "a matcher that nothing is tested on",
      'name = "a"\nevent = "Stop"\ncommand = "x"\nmatcher = "Bash"',
      ["matcher-ignored"],
    ],
    ["a rule without a tool", 'name = "a"\nevent = "Stop"\ncommand = "x"\nif = "Bash(git *)"', ["rule-ignored"]],
  ])("%s", (_, block, codes) => {
    const { diagnostics } = toml(block);
    expect(diagnostics.map((one) => one.code)).toEqual(codes);
    for (const one of diagnostics) expect(one).toMatchObject({ line: expect.any(Number), column: expect.any(Number) });
  });

  test("at the very key, in TOML and in YAML", () => {
    expect(findings(toml(`${minimal}\n  matcher = "("`))).toEqual([["invalid-pattern", "error", 5, 3]]);
    expect(findings(yaml("name: a\nevent: PreToolUse\ncommand: x\nmatcher: (\n"))).toEqual([
      ["invalid-pattern", "error", 5, 1],
    ]);
    expect(findings(toml(`${minimal}\n\n[requires]\nbinz = []`))).toEqual([["unknown-key", "warning", 7, 1]]);
  });

  test("with the nearest known word", () => {
    expect(toml(`${minimal}\nmatchr = "x"`).diagnostics[0]?.message).toContain('"matcher"');
    expect(toml(minimal.replace("PreToolUse", "PretoolUse")).diagnostics[0]?.message).toContain('"PreToolUse"');
  });

  test("a warning leaves the hook usable", () => {
    expect(toml(`${minimal}\nmatchr = "x"`).manifest).toBeDefined();
  });

  test("aliases that would grow without end are refused", () => {
    const lines = ["a0: &a0 [x,x]"];
    for (let i = 1; i < 30; i++) lines.push(`a${i}: &a${i} [*a${i - 1},*a${i - 1}]`);
    expect(yaml(lines.join("\n")).diagnostics).toMatchObject([{ code: "invalid-yaml" }]);
  });
});

describe("a broken hook file", () => {
  test("still says that it is a guard, and of which event, when that can be read", () => {
    const { broken } = toml('name = "guard"\nevent = "PreToolUse"\non_failure = "block"\ncommand = ');
    expect(broken).toMatchObject({ name: "guard", events: ["PreToolUse"], onFailure: "block" });
  });

  test("in YAML does too", () => {
    const { broken } = yaml("name: guard\nevents: [Stop, PreToolUse]\non_failure: block\ncommand: [");
    expect(broken).toMatchObject({ name: "guard", events: ["Stop", "PreToolUse"], onFailure: "block" });
  });

  test("with a bad matcher keeps its own policy and events", () => {
    const { broken } = toml(`${minimal}\nmatcher = "("\non_failure = "block"`);
    expect(broken).toMatchObject({ name: "a", events: ["PreToolUse"], onFailure: "block" });
  });
});
