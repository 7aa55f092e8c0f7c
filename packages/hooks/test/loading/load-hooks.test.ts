import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type LoadedHooks, type LoadHooksOptions, loadHooks, trustHooks } from "../../src/index.ts";
import { inputs } from "../inputs.ts";
import { createProject, hookFile, type TestProject } from "../project.ts";

function load(project: TestProject, options: LoadHooksOptions = { trustAll: true }): LoadedHooks {
  const loaded = loadHooks({ projectDir: project.dir, env: project.env, ...options });
  onTestFinished(() => loaded.close());
  return loaded;
}

const fire = (loaded: LoadedHooks, fields: object = {}) =>
  loaded.registry.run("PreToolUse", { ...inputs.PreToolUse, cwd: "/", ...fields });

const statuses = (loaded: LoadedHooks) => loaded.hooks.map(({ name, status }) => [name, status]);
const codes = (loaded: LoadedHooks) => loaded.diagnostics.map((one) => one.code);

const guard = { name: "guard", event: "PreToolUse", matcher: "Bash", command: "./guard.sh", on_failure: "block" };
const refusing = '#!/bin/sh\ncat >/dev/null\necho "no rm here" >&2\nexit 2\n';

describe("a hook from a folder", () => {
  test("runs its command in its own folder, with the input on standard input", async () => {
    const project = createProject({
      "hooks/seen/HOOK.md": hookFile({ name: "seen", event: "PreToolUse", command: "cat > seen.json; pwd > pwd" }),
    });
    const loaded = load(project);
    expect(await fire(loaded)).toMatchObject({ blocked: false, hooks: [{ name: "seen", status: "ok" }] });
    const folder = join(project.dir, "hooks/seen");
    expect(JSON.parse(readFileSync(join(folder, "seen.json"), "utf8"))).toEqual({ ...inputs.PreToolUse, cwd: "/" });
    expect(readFileSync(join(folder, "pwd"), "utf8").trim()).toBe(folder);
  });

  test("blocks by exit code 2, with its words as the reason", async () => {
    const project = createProject({ "hooks/guard/HOOK.md": hookFile(guard), "hooks/guard/guard.sh": refusing });
    expect(await fire(load(project))).toMatchObject({ blocked: true, reason: "no rm here" });
  });

  test("may be a Python program, a Node program, and one that is kept running", async () => {
    const answer = (word: string) =>
      `{"hookSpecificOutput":{"hookEventName":"PreToolUse","additionalContext":"${word}"}}`;
    const project = createProject({
      "hooks/a-python/HOOK.md": hookFile({ name: "py", event: "PreToolUse", command: "python3 run.py" }),
      "hooks/a-python/run.py": `import json,sys\njson.load(sys.stdin)\nprint('${answer("python")}')\n`,
      "hooks/b-node/HOOK.md": hookFile({ name: "js", event: "PreToolUse", command: "node", args: ["run.mjs"] }),
      "hooks/b-node/run.mjs": `console.log(${JSON.stringify(answer("node"))})\n`,
      "hooks/c-kept/HOOK.md": hookFile({
        name: "kept",
        event: "PreToolUse",
        command: "python3 -u run.py",
        mode: "persistent",
      }),
      "hooks/c-kept/run.py": `import json,sys
for line in sys.stdin:
    call = json.loads(line)
    print(json.dumps({"id": call["id"], "output": ${answer("kept")}}), flush=True)
`,
    });
    const loaded = load(project);
    for (let i = 0; i < 2; i++) expect((await fire(loaded)).additionalContext).toEqual(["python", "node", "kept"]);
  });

  test("may be a module in TypeScript or JavaScript, which is loaded at the first call", async () => {
    const project = createProject({
      "hooks/ts/HOOK.md": hookFile({ name: "ts", event: "PreToolUse", handler: "./hook.ts" }),
      "hooks/ts/hook.ts": `import { toolName, type HookInput } from "@pawl/hooks";
export default (input: HookInput) => ({ systemMessage: "ts " + toolName(input) });`,
      "hooks/js/HOOK.md": hookFile({ name: "js", event: "PreToolUse", handler: "./hook.mjs" }),
      "hooks/js/hook.mjs": "export default async (input, id) => ({ systemMessage: `js ${id}` });",
      "hooks/wrong/HOOK.md": hookFile({ name: "wrong", event: "PreToolUse", handler: "./hook.mjs" }),
      "hooks/wrong/hook.mjs": "export default 7;",
    });
    const verdict = await fire(load(project));
    expect(verdict.systemMessages).toEqual(["js t1", "ts Bash"]);
    expect(verdict.hooks[2]).toMatchObject({
      name: "wrong",
      status: "failed",
      detail: expect.stringContaining("number"),
    });
  });

  test("takes the variables its file gives it, and not the secrets the configuration keeps back", async () => {
    const command = 'printf \'{"systemMessage":"%s %s %s"}\' "$LEVEL" "$PAWL_EVENT" "${SECRET_KEY-none}"';
    const project = createProject({
      "hooks/env/HOOK.md": `+++\nname = "env"\nevent = "PreToolUse"\ncommand = ${JSON.stringify(command)}\n[env]\nLEVEL = "high"\n+++`,
    });
    const env = { ...project.env, SECRET_KEY: "s3cret" };
    const loaded = load(project, { trustAll: true, env, withoutEnv: ["SECRET_*"] });
    expect((await fire(loaded)).systemMessages).toEqual(["high PreToolUse none"]);
  });

  test("whose script is not there is diagnosed before it is needed, and blocks when it is a guard", async () => {
    const project = createProject({
      "hooks/guard/HOOK.md": hookFile(guard),
      "hooks/other/HOOK.md": hookFile({ name: "other", event: "Stop", command: "python3 missing.py" }),
      "hooks/third/HOOK.md": hookFile({ name: "third", event: "Stop", handler: "./missing.ts" }),
    });
    const loaded = load(project);
    expect(codes(loaded)).toEqual(["script-not-found", "script-not-found", "handler-not-found"]);
    expect(await fire(loaded)).toMatchObject({ blocked: true, hooks: [{ status: "failed" }] });
  });

  test("that lacks what it requires is listed with the reason", () => {
    const block = 'name = "a"\nevent = "Stop"\ncommand = "true"\n[requires]\nbins = ["no-such-program-here"]';
    const loaded = load(createProject({ "hooks/a/HOOK.md": `+++\n${block}\n+++` }));
    expect(loaded.hooks).toMatchObject([{ status: "ineligible", detail: "no-such-program-here is not on PATH" }]);
  });
});

describe("a broken file", () => {
  const broken = '+++\nname = "guard"\nevent = "PreToolUse"\non_failure = "block"\ncommand = \n+++';

  test("never disables the others, and is listed", async () => {
    const project = createProject({
      "hooks/a/HOOK.md": "nothing here",
      "hooks/b/HOOK.md": hookFile({ name: "b", event: "PreToolUse", command: "true" }),
      "hooks/c/README.md": "not a hook",
    });
    const loaded = load(project);
    expect(statuses(loaded)).toEqual([
      ["a", "broken"],
      ["b", "active"],
    ]);
    const verdict = await fire(loaded);
    expect(verdict).toMatchObject({ blocked: false, diagnostics: [{ code: "missing-front-matter" }] });
    expect(verdict.hooks.map((hook) => hook.status)).toEqual(["failed", "ok"]);
  });

  test("counts as a guard when it can still be read that it is one", async () => {
    const loaded = load(createProject({ "hooks/guard/HOOK.md": broken }));
    expect(await fire(loaded)).toMatchObject({ blocked: true, diagnostics: [{ code: "invalid-toml" }] });
    expect(await loaded.registry.run("UserPromptSubmit", inputs.UserPromptSubmit)).toMatchObject({ blocked: false });
  });

  test("counts as a guard of everything when the project is strict", async () => {
    const loaded = load(createProject({ "hooks/a/HOOK.md": "nothing here" }), { trustAll: true, strict: true });
    expect(await fire(loaded)).toMatchObject({ blocked: true });
    expect(await loaded.registry.run("UserPromptSubmit", inputs.UserPromptSubmit)).toMatchObject({ blocked: true });
    expect(await loaded.registry.run("Stop", inputs.Stop)).toMatchObject({ blocked: false });
  });

  test("with a matcher that cannot be used counts as one that matches", async () => {
    const loaded = load(createProject({ "hooks/guard/HOOK.md": hookFile({ ...guard, matcher: "(" }) }));
    expect(await fire(loaded, { tool_name: "Write" })).toMatchObject({ blocked: true });
  });
});

describe("layers", () => {
  const hook = (message: string, more: object = {}) =>
    hookFile({ name: "same", event: "PreToolUse", command: `echo '{"systemMessage":"${message}"}'`, ...more });

  test("are the user's, the project's and those named by hand; the nearer takes the place of the farther", async () => {
    const project = createProject({ "hooks/same/HOOK.md": hook("project"), "more/x/HOOK.md": hook("given") });
    project.writeHome({ ".config/pawl/hooks/same/HOOK.md": hook("user") });
    const loaded = load(project, { trustAll: true, hooksDirs: [join(project.dir, "more")] });
    expect(loaded.hooks.map(({ layer, status }) => [layer, status])).toEqual([
      ["user", "shadowed"],
      ["project", "shadowed"],
      ["given", "active"],
    ]);
    expect(loaded.hooks[0]!.detail).toContain("more/x/HOOK.md");
    expect((await fire(loaded)).systemMessages).toEqual(["given"]);
  });

  test("run in this order, alphabetical within each, when their names differ", async () => {
    const named = (name: string) => hook(name, { name });
    const project = createProject({ "hooks/b/HOOK.md": named("b"), "hooks/a/HOOK.md": named("a") });
    project.writeHome({ ".config/pawl/hooks/z/HOOK.md": named("z") });
    expect((await fire(load(project))).systemMessages).toEqual(["z", "a", "b"]);
  });

  test("two of the same name in one folder are told, and the last one stands", async () => {
    const loaded = load(createProject({ "hooks/a/HOOK.md": hook("a"), "hooks/b/HOOK.md": hook("b") }));
    expect(codes(loaded)).toEqual(["duplicate-name"]);
    expect((await fire(loaded)).systemMessages).toEqual(["b"]);
  });

  test("a hook that may not run for want of trust takes nobody's place", async () => {
    const project = createProject({ "hooks/same/HOOK.md": hook("project", { enabled: false }) });
    project.writeHome({ ".config/pawl/hooks/same/HOOK.md": hook("user") });
    const loaded = load(project, {});
    expect(loaded.hooks.map(({ layer, status }) => [layer, status])).toEqual([
      ["user", "active"],
      ["project", "untrusted"],
    ]);
    expect((await fire(loaded)).systemMessages).toEqual(["user"]);
  });

  test("hooks outside the project that are named by hand need no trust; those inside do", () => {
    const project = createProject({ "more/x/HOOK.md": hook("inside") });
    project.writeHome({ "elsewhere/y/HOOK.md": hook("outside", { name: "y" }) });
    const hooksDirs = [join(project.dir, "more"), join(project.home, "elsewhere")];
    expect(statuses(load(project, { hooksDirs }))).toEqual([
      ["same", "untrusted"],
      ["y", "active"],
    ]);
  });
});

describe("trust", () => {
  const files = {
    "hooks/guard/HOOK.md": hookFile({ ...guard, on_failure: "continue" }),
    "hooks/guard/guard.sh": refusing,
  };

  test("is asked for before a project's hook runs, and lasts until one of its files changes", async () => {
    const project = createProject(files);
    const before = load(project, {});
    expect(await fire(before)).toMatchObject({ blocked: false, hooks: [{ status: "skipped", reason: "untrusted" }] });
    expect(trustHooks(before)).toMatchObject([
      { name: "guard", files: ["hooks/guard/HOOK.md", "hooks/guard/guard.sh"] },
    ]);
    expect(await fire(load(project, {}))).toMatchObject({ blocked: true });
    project.write({ "hooks/guard/guard.sh": "#!/bin/sh\necho changed\n" });
    const after = load(project, {});
    expect(after.hooks).toMatchObject([
      { status: "untrusted", detail: expect.stringContaining("guard.sh changed since") },
    ]);
  });

  test("is lost under a running host too", async () => {
    const project = createProject(files);
    trustHooks(load(project, {}));
    const loaded = load(project, {});
    expect(await fire(loaded)).toMatchObject({ blocked: true });
    project.write({ "hooks/guard/guard.sh": "#!/bin/sh\ntouch ../../ran\n" });
    expect(await fire(loaded)).toMatchObject({
      blocked: false,
      hooks: [{ status: "failed", detail: expect.stringContaining("guard.sh changed") }],
    });
    expect(existsSync(join(project.dir, "ran"))).toBe(false);
  });

  test("a guard without it blocks", async () => {
    const project = createProject({ ...files, "hooks/guard/HOOK.md": hookFile(guard) });
    expect(await fire(load(project, {}))).toMatchObject({ blocked: true, hooks: [{ reason: "untrusted" }] });
  });

  test("covers files that a command names outside its folder", async () => {
    const command = 'sh "$PWD"/../../scripts/x.sh; sh ../../scripts/y.sh';
    const project = createProject({
      "hooks/a/HOOK.md": hookFile({ name: "a", event: "PreToolUse", command }),
      "scripts/y.sh": "true",
    });
    expect(trustHooks(load(project, {}))[0]!.files).toContain("scripts/y.sh");
    project.write({ "scripts/y.sh": "false" });
    expect(load(project, {}).hooks).toMatchObject([{ status: "untrusted" }]);
  });

  test("is given by name", () => {
    const project = createProject({ ...files, "hooks/b/HOOK.md": hookFile({ ...guard, name: "b", command: "true" }) });
    trustHooks(load(project, {}), ["b"]);
    expect(statuses(load(project, {}))).toEqual([
      ["b", "active"],
      ["guard", "untrusted"],
    ]);
  });

  test("is not needed for the user's own hooks", () => {
    const project = createProject();
    project.writeHome({ ".config/pawl/hooks/a/HOOK.md": hookFile({ ...guard, command: "true" }) });
    expect(statuses(load(project, {}))).toEqual([["guard", "active"]]);
  });

  test("of another hook that is turned off by name leaves the others", () => {
    const project = createProject({ ...files });
    const loaded = load(project);
    loaded.store.setDisabled("guard", true);
    loaded.store.save();
    expect(load(project).hooks).toMatchObject([{ status: "disabled" }]);
    loaded.store.setDisabled("guard", false);
    loaded.store.save();
    expect(load(project).hooks).toMatchObject([{ status: "active" }]);
  });
});
