import { describe, expect, test, vi } from "vitest";
import {
  type HookEvent,
  type HookOutput,
  HookRegistry,
  type HookSession,
  hookTools,
  ToolBlockedError,
} from "../../src/index.ts";

type Answers = Partial<Record<HookEvent, HookOutput>>;

/** One tool behind hooks that answer as given; keeps the events in order. */
function setUp(answers: Answers, session: Partial<HookSession> = {}, run: (input: unknown) => unknown = () => "done") {
  const events: [HookEvent, Record<string, unknown>][] = [];
  const registry = new HookRegistry();
  for (const event of ["PreToolUse", "PostToolUse", "PostToolUseFailure", "PermissionRequest"] as const) {
    registry.register(event, [
      {
        hooks: [
          (input) => {
            events.push([event, { ...input }]);
            return answers[event];
          },
        ],
      },
    ]);
  }
  const execute = vi.fn(async (input: { readonly command: string }, _options?: object) => run(input));
  const tools = { Bash: { description: "runs", execute }, plain: { description: "no execute" } };
  const wrapped = hookTools(tools, registry, { sessionId: "s", cwd: "/", ...session });
  const call = () => wrapped.Bash.execute({ command: "ls" }, { toolCallId: "t" });
  return { events, names: () => events.map(([name]) => name), execute, wrapped, call };
}

const pre = (fields: object): Answers => ({
  PreToolUse: { hookSpecificOutput: { hookEventName: "PreToolUse", ...fields } },
});
const granted: Answers = {
  PermissionRequest: { hookSpecificOutput: { hookEventName: "PermissionRequest", decision: { behavior: "allow" } } },
};

describe("tools with hooks", () => {
  test("fire before and after a call, with the protocol's fields", async () => {
    const { events, call, wrapped } = setUp({});
    expect(await call()).toBe("done");
    const common = { session_id: "s", transcript_path: "", cwd: "/", tool_name: "Bash", tool_input: { command: "ls" } };
    expect(events).toEqual([
      ["PreToolUse", { ...common, tool_use_id: "t", hook_event_name: "PreToolUse" }],
      ["PostToolUse", { ...common, tool_use_id: "t", tool_response: "done", hook_event_name: "PostToolUse" }],
    ]);
    expect(wrapped.plain).toEqual({ description: "no execute" });
  });

  test("are not called when a hook denies, and the reason is the error", async () => {
    const { call, execute, names } = setUp(pre({ permissionDecision: "deny", permissionDecisionReason: "never" }));
    await expect(call()).rejects.toMatchObject({ name: "ToolBlockedError", toolName: "Bash", message: "never" });
    expect([execute.mock.calls, names()]).toEqual([[], ["PreToolUse"]]);
  });

  test("are not called when a hook stops the agent", async () => {
    const { call, execute } = setUp({ PreToolUse: { continue: false, stopReason: "enough" } });
    await expect(call()).rejects.toThrow("enough");
    expect(execute).not.toHaveBeenCalled();
  });

  test("are called with the rewritten input", async () => {
    const { call, execute, events } = setUp(pre({ updatedInput: { command: "ls -l" } }));
    await call();
    expect(execute.mock.calls[0]![0]).toEqual({ command: "ls -l" });
    expect(events[1]![1]).toMatchObject({ tool_input: { command: "ls -l" } });
  });

  test("fire a failure in place of a result, and the error stays the tool's", async () => {
    const { call, events } = setUp({}, {}, () => {
      throw new Error("exit code 1");
    });
    await expect(call()).rejects.toThrow("exit code 1");
    expect(events[1]).toMatchObject(["PostToolUseFailure", { error: "exit code 1", is_interrupt: false }]);
  });

  test("hand on the result that a hook put in place of theirs", async () => {
    const answers: Answers = {
      PostToolUse: { hookSpecificOutput: { hookEventName: "PostToolUse", updatedToolOutput: null } },
    };
    expect(await setUp(answers).call()).toBeNull();
  });

  test("hand on the result with a hook's objection", async () => {
    const answers: Answers = { PostToolUse: { decision: "block", reason: "format it" } };
    expect(await setUp(answers).call()).toBe("done\n\nformat it");
    expect(await setUp(answers, {}, () => ({ a: 1 })).call()).toEqual({ result: { a: 1 }, feedback: "format it" });
  });

  test("that stream have their last value for a result", async () => {
    const { call, events } = setUp({}, {}, async function* () {
      yield "a";
      yield "b";
    });
    expect(await call()).toBe("b");
    expect(events[1]![1]).toMatchObject({ tool_response: "b" });
  });

  test("tell their host every verdict", async () => {
    const onVerdict = vi.fn();
    await setUp({}, { onVerdict }).call();
    expect(onVerdict.mock.calls.map(([verdict]) => verdict.event)).toEqual(["PreToolUse", "PostToolUse"]);
  });
});

describe("a permission", () => {
  const ask = pre({ permissionDecision: "ask", permissionDecisionReason: "sure?" });

  test("that a hook asks for goes to the hooks first, then to the person", async () => {
    const person = vi.fn(() => true);
    const { call, names } = setUp(ask, { ask: person });
    expect(await call()).toBe("done");
    expect(names()).toEqual(["PreToolUse", "PermissionRequest", "PostToolUse"]);
    expect(person).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ toolName: "Bash", toolUseId: "t", reason: "sure?" }),
    );
  });

  test("that a hook gives asks nobody", async () => {
    const person = vi.fn(() => false);
    expect(await setUp({ ...ask, ...granted }, { ask: person }).call()).toBe("done");
    expect(person).not.toHaveBeenCalled();
  });

  test("that the person does not give, or nobody can be asked for, is none", async () => {
    await expect(setUp(ask, { ask: () => false }).call()).rejects.toThrow("sure?");
    await expect(setUp(ask).call()).rejects.toThrow(ToolBlockedError);
  });

  test("that a hook refuses is refused", async () => {
    const answers: Answers = { ...ask, PermissionRequest: { decision: "block", reason: "no" } };
    await expect(setUp(answers, { ask: () => true }).call()).rejects.toThrow("no");
  });

  test("that a hook grants with another input runs with that", async () => {
    const decision = { behavior: "allow", updatedInput: { command: "pwd" } } as const;
    const { call, execute } = setUp({
      ...ask,
      PermissionRequest: { hookSpecificOutput: { hookEventName: "PermissionRequest", decision } },
    });
    await call();
    expect(execute.mock.calls[0]![0]).toEqual({ command: "pwd" });
  });

  test("that is deferred goes straight to the host", async () => {
    const { call, names } = setUp(pre({ permissionDecision: "defer" }), { ask: () => true });
    await call();
    expect(names()).toEqual(["PreToolUse", "PostToolUse"]);
  });

  test("is needed where the host says so, unless a hook allowed the call", async () => {
    const needsPermission = () => true;
    await expect(setUp({}, { needsPermission }).call()).rejects.toThrow("permission");
    expect(await setUp(pre({ permissionDecision: "allow" }), { needsPermission }).call()).toBe("done");
  });
});
