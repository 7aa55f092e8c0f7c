import type { HttpAnswer, HttpMount, RouteHandler } from "@pawl/flows";
import { type HookMatcher, HookRegistry, type LoadedHooks } from "@pawl/hooks";
import { describe, expect, test } from "vitest";
import { mountHooks } from "../../src/hooks/mount-hooks.ts";

function mounted(...matchers: readonly HookMatcher[]) {
  const routes = new Map<string, RouteHandler>();
  const mount: HttpMount = {
    url: "http://127.0.0.1:0",
    route(method, path, handler) {
      routes.set(`${method} ${path}`, handler);
      return () => routes.delete(`${method} ${path}`);
    },
  };
  const registry = new HookRegistry();
  registry.register("PreToolUse", matchers);
  const current = { registry, hooks: [], diagnostics: [] } as unknown as LoadedHooks;
  const undo = mountHooks(mount, { current }, { cwd: "/here" });
  const post = async (event: string, body?: string, query = "", type = "application/json") => {
    const headers = { "content-type": type, "content-length": String(Buffer.byteLength(body ?? "")) };
    const init = { method: "POST", headers, ...(body ? { body } : {}) };
    const request = new Request(`http://127.0.0.1/api/v1/hooks/${event}${query}`, init);
    const answer = await routes.get("POST /api/v1/hooks/:event")!(request, {
      params: { event },
      remoteAddress: undefined,
    });
    const said = answer as HttpAnswer;
    return { status: said.status, type: said.headers["content-type"], body: JSON.parse(said.body) };
  };
  return { post, undo, routes };
}

const guard: HookMatcher = { name: "guard", hooks: [() => ({ decision: "block", reason: "no" })] };
const call = JSON.stringify({ tool_name: "Bash", tool_input: {} });

describe("POST /api/v1/hooks/EVENT", () => {
  test("answers with the verdict", async () => {
    expect(await mounted(guard).post("PreToolUse", call)).toMatchObject({
      status: 200,
      body: { blocked: true, reason: "no", input: { cwd: "/here" }, hooks: [{ name: "guard" }] },
    });
  });

  test("answers as an HTTP hook of Claude Code does when asked to", async () => {
    const { status, body } = await mounted(guard).post("PreToolUse", call, "?format=claude");
    expect([status, body]).toMatchObject([200, { hookSpecificOutput: { permissionDecision: "deny" } }]);
    expect((await mounted().post("PreToolUse", call, "?format=claude")).body).toEqual({});
  });

  test.each([
    ["an unknown event", "PreToolUs", call, 404, "unknown-event"],
    ["half a JSON", "PreToolUse", "{", 400, "invalid-json"],
    ["an input that is none", "PreToolUse", "[]", 400, "invalid-request"],
    ["an input of another event", "PreToolUse", '{"hook_event_name":"Stop"}', 400, "invalid-input"],
    ["too much", "PreToolUse", `"${"x".repeat(8_388_608)}"`, 413, "body-too-large"],
  ])("refuses %s", async (_, event, body, status, code) => {
    expect(await mounted(guard).post(event, body)).toMatchObject({
      status,
      type: "application/problem+json",
      body: { code, detail: expect.any(String) },
    });
  });

  test("refuses what does not say that it is JSON, as a form of another site would", async () => {
    const { status, body } = await mounted(guard).post("PreToolUse", call, "", "text/plain");
    expect([status, body]).toMatchObject([415, { code: "unsupported-media-type" }]);
  });

  test("goes away with its undo", () => {
    const { undo, routes } = mounted();
    undo();
    expect(routes.size).toBe(0);
  });
});
