import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type LoadedHooks, type LoadHooksOptions, loadHooks, trustHooks } from "../../src/index.ts";
import { inputs } from "../inputs.ts";
import { createProject, type TestProject } from "../project.ts";

function load(project: TestProject, options: LoadHooksOptions = {}): LoadedHooks {
  const loaded = loadHooks({ projectDir: project.dir, env: project.env, claude: true, trustAll: true, ...options });
  onTestFinished(() => loaded.close());
  return loaded;
}

function settings(event: string, ...handlers: readonly object[]): string {
  return JSON.stringify({ hooks: { [event]: [{ matcher: "Bash", hooks: handlers }] } });
}

const command = (text: string, fields: object = {}) => ({ type: "command", command: text, ...fields });
const says = (message: string) => command(`echo '{"systemMessage":"${message}"}'`);

const fire = (loaded: LoadedHooks, project: TestProject, fields: object = {}) =>
  loaded.registry.run("PreToolUse", { ...inputs.PreToolUse, cwd: project.dir, ...fields });

describe("Claude Code's settings", () => {
  test("add up over the user's file, the project's and its local one, and run at once", async () => {
    const project = createProject({
      ".claude/settings.json": settings("PreToolUse", says("project")),
      ".claude/settings.local.json": settings("PreToolUse", says("local")),
    });
    project.writeHome({ ".claude/settings.json": settings("PreToolUse", says("user")) });
    expect((await fire(load(project), project)).systemMessages).toEqual(["user", "project", "local"]);
  });

  test("are read only when asked for, or named", async () => {
    const project = createProject({ ".claude/settings.json": settings("PreToolUse", says("x")) });
    expect(load(project, { claude: false }).hooks).toEqual([]);
    const named = load(project, { claude: false, settings: [join(project.dir, ".claude/settings.json")] });
    expect((await fire(named, project)).systemMessages).toEqual(["x"]);
  });

  test("run identical commands once", async () => {
    const count = command("echo x >> count");
    const project = createProject({
      ".claude/settings.json": settings("PreToolUse", count),
      ".claude/settings.local.json": settings("PreToolUse", count),
    });
    const verdict = await fire(load(project), project);
    expect(verdict.hooks.map((hook) => hook.reason ?? hook.status)).toEqual(["ok", "duplicate"]);
  });

  test("run in the session's folder, with the protocol's variables", async () => {
    const print = 'printf \'{"systemMessage":"%s|%s"}\' "$PWD" "$CLAUDE_PROJECT_DIR"';
    const project = createProject({ ".claude/settings.json": settings("PreToolUse", command(print)) });
    expect((await fire(load(project), project)).systemMessages).toEqual([`${project.dir}|${project.dir}`]);
  });

  test("take a program with arguments, in which the variables are filled in", async () => {
    const project = createProject({
      "say.py": 'import sys\nprint(\'{"systemMessage":"%s"}\' % sys.argv[1])\n',
      ".claude/settings.json": settings(
        "PreToolUse",
        command("python3", { args: ["${CLAUDE_PROJECT_DIR}/say.py", "a b"] }),
      ),
    });
    expect((await fire(load(project), project)).systemMessages).toEqual(["a b"]);
  });

  test("of a plugin know the plugin's folder", async () => {
    const project = createProject({
      "plugin/hooks/hooks.json": settings("PreToolUse", command("sh ${CLAUDE_PLUGIN_ROOT}/say.sh")),
      "plugin/say.sh": 'echo \'{"systemMessage":"plugin"}\'',
    });
    const loaded = load(project, { settings: [join(project.dir, "plugin/hooks/hooks.json")] });
    expect((await fire(loaded, project)).systemMessages).toEqual(["plugin"]);
  });

  test("may leave variables for the session where the host says", async () => {
    const project = createProject({
      ".claude/settings.json": JSON.stringify({
        hooks: { SessionStart: [{ hooks: [command('echo "export A=1" >> "$CLAUDE_ENV_FILE"')] }] },
      }),
    });
    const envFile = join(project.home, "env");
    const loaded = load(project, { envFile });
    await loaded.registry.run("SessionStart", { ...inputs.SessionStart, cwd: project.dir });
    expect(readFileSync(envFile, "utf8")).toBe("export A=1\n");
  });

  test("respect matchers and rules", async () => {
    const project = createProject({
      ".claude/settings.json": settings("PreToolUse", command("exit 2", { if: "Bash(git *)" })),
    });
    const loaded = load(project);
    expect((await fire(loaded, project)).blocked).toBe(false);
    expect((await fire(loaded, project, { tool_input: { command: "git push" } })).blocked).toBe(true);
    expect((await fire(loaded, project, { tool_name: "Write" })).hooks).toMatchObject([{ reason: "no-match" }]);
  });

  test("report handlers that cannot run here, at their place", async () => {
    const project = createProject({ ".claude/settings.json": settings("PreToolUse", { type: "prompt", prompt: "?" }) });
    const loaded = load(project);
    expect(loaded.hooks).toMatchObject([{ name: "settings.json:1", status: "unsupported" }]);
    expect(loaded.diagnostics).toMatchObject([{ code: "unsupported-handler", line: 1 }]);
  });

  test("that turn themselves off are listed as that", () => {
    const project = createProject({
      ".claude/settings.json": JSON.stringify({
        disableAllHooks: true,
        hooks: { Stop: [{ hooks: [command("true")] }] },
      }),
    });
    expect(load(project).hooks).toMatchObject([{ status: "disabled" }]);
  });

  test("of a project need trust, for what they say and for the scripts they name", () => {
    const project = createProject({
      "x.sh": "true",
      ".claude/settings.json": settings("PreToolUse", command('"$CLAUDE_PROJECT_DIR"/x.sh', { timeout: 5 })),
    });
    expect(load(project, { trustAll: false }).hooks).toMatchObject([{ status: "untrusted" }]);
    expect(trustHooks(load(project, { trustAll: false }))).toMatchObject([{ files: ["x.sh", "definition"] }]);
    expect(load(project, { trustAll: false }).hooks).toMatchObject([{ status: "active" }]);
    project.write({ "x.sh": "false" });
    expect(load(project, { trustAll: false }).hooks).toMatchObject([{ status: "untrusted" }]);
  });

  test("that are named but not there, or broken, are diagnosed", () => {
    const project = createProject({ "broken.json": "{" });
    const files = ["broken.json", "missing.json"].map((name) => join(project.dir, name));
    expect(load(project, { settings: files }).diagnostics.map((one) => one.code)).toEqual([
      "invalid-json",
      "file-unreadable",
    ]);
  });

  test("that say async do not hold the host", async () => {
    const project = createProject({
      ".claude/settings.json": settings("PreToolUse", command("sleep 0.2; exit 2", { async: true })),
    });
    const verdict = await fire(load(project), project);
    expect(verdict).toMatchObject({ blocked: false, hooks: [{ status: "ok", isBackground: true }] });
  });
});

describe("a hook behind an address", () => {
  async function answering(status: number, body: string, headers: Record<string, string> = {}) {
    const seen: { body: string; authorization: string | undefined; url: string | undefined }[] = [];
    const server = createServer((request, response) => {
      let text = "";
      request.on("data", (chunk) => {
        text += chunk;
      });
      request.on("end", () => {
        seen.push({ body: text, authorization: request.headers.authorization, url: request.url });
        response.writeHead(status, headers).end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
  }

  const posting = (url: string, fields: object = {}) =>
    createProject({ ".claude/settings.json": settings("PreToolUse", { type: "http", url, ...fields }) });

  test("gets the input as JSON, and its answer is obeyed", async () => {
    const { seen, url } = await answering(200, '{"decision":"block","reason":"no"}');
    const project = posting(url, { headers: { authorization: "Bearer $KEY $OTHER" }, allowedEnvVars: ["KEY"] });
    const loaded = load(project, { env: { ...project.env, KEY: "k", OTHER: "o" } });
    expect(await fire(loaded, project)).toMatchObject({ blocked: true, reason: "no" });
    expect(seen).toMatchObject([{ authorization: "Bearer k" }]);
    expect(JSON.parse(seen[0]!.body)).toMatchObject({ hook_event_name: "PreToolUse" });
  });

  test.each([
    ["nothing", 200, "", "ok"],
    ["something else than JSON", 200, "hello", "failed"],
    ["an error", 500, "{}", "failed"],
    ["too much", 200, "x".repeat(1_100_000), "failed"],
  ])("may answer %s", async (_, status, body, expected) => {
    const { url } = await answering(status, body);
    const project = posting(url);
    expect(await fire(load(project), project)).toMatchObject({ blocked: false, hooks: [{ status: expected }] });
  });

  test("may not lead elsewhere", async () => {
    const { url, seen } = await answering(302, "", { location: "/elsewhere" });
    const project = posting(url);
    expect(await fire(load(project), project)).toMatchObject({ hooks: [{ status: "failed" }] });
    expect(seen).toHaveLength(1);
  });

  test("may be unreachable", async () => {
    const project = posting("http://127.0.0.1:1/");
    expect(await fire(load(project), project)).toMatchObject({
      hooks: [{ status: "failed", detail: expect.stringContaining("cannot be reached") }],
    });
  });

  test("must be on this machine, or allowed", () => {
    const project = posting("https://hooks.example.com/x");
    expect(load(project)).toMatchObject({
      hooks: [{ status: "unsupported" }],
      diagnostics: [{ code: "url-not-allowed", line: 1 }],
    });
    const allowed = (pattern: string) => load(project, { allowedUrls: [pattern] }).hooks[0]!.status;
    expect(["https://hooks.example.com/*", "*.example.com", "https://*/x"].map(allowed)).toEqual(
      Array(3).fill("active"),
    );
    expect(["https://example.com/*", "http://hooks.example.com/*", "https://a*/example.com/x"].map(allowed)).toEqual(
      Array(3).fill("unsupported"),
    );
  });
});
