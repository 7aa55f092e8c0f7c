import { describe, expect, test } from "vitest";
import { hookEvents, lifecycleEvents } from "../../src/events/names.ts";
import { parseHookInput } from "../../src/events/parse-input.ts";
import { eventRules } from "../../src/events/rules.ts";
import { inputs } from "../inputs.ts";

const parse = (event: Parameters<typeof parseHookInput>[0], value: unknown) =>
  parseHookInput(event, value, { cwd: "/here" });

describe("the events", () => {
  test("are the 18 of the lifecycle and 15 more", () => {
    expect([lifecycleEvents.length, hookEvents.length, Object.keys(inputs)]).toEqual([18, 33, expect.any(Array)]);
    expect(Object.keys(inputs).sort()).toEqual([...lifecycleEvents].sort());
  });

  test("block where the protocol lets them, and are observed otherwise", () => {
    const observed = hookEvents.filter((event) => eventRules[event].block === "none");
    expect(observed).toEqual([
      "SessionStart",
      "SessionEnd",
      "Notification",
      "SubagentStart",
      "Setup",
      "WorktreeRemove",
      "PermissionDenied",
      "StopFailure",
      "PostCompact",
      "PostModelSwitch",
      "InstructionsLoaded",
      "CwdChanged",
      "FileChanged",
      "DirectoryAdded",
      "MessageDisplay",
    ]);
  });
});

describe("an input from outside", () => {
  test.each(lifecycleEvents)("of %s is taken as it is when it is complete", (event) => {
    const input = inputs[event as keyof typeof inputs];
    expect(parse(event, { ...input, more: 1 })).toEqual({ input: { ...input, more: 1 }, diagnostics: [] });
  });

  test("gets the base fields it lacks, with a warning for what only its sender knows", () => {
    const { input, diagnostics } = parse("UserPromptSubmit", {});
    expect(input).toEqual({ session_id: "", transcript_path: "", cwd: "/here", hook_event_name: "UserPromptSubmit" });
    expect(diagnostics).toMatchObject([{ code: "missing-field", severity: "warning" }]);
  });

  test.each([
    ["a list", "Stop", [], "invalid-input"],
    ["nothing", "Stop", null, "invalid-input"],
    ["of another event", "Stop", inputs.SessionEnd, "event-mismatch"],
    ["without its tool", "PreToolUse", { tool_input: {} }, "missing-field"],
    ["with a tool's name that is no text", "PreToolUse", { ...inputs.PreToolUse, tool_name: 7 }, "invalid-field"],
    ["with a flag that is a text", "Stop", { ...inputs.Stop, stop_hook_active: "no" }, "invalid-field"],
    ["with a session that is a number", "Stop", { ...inputs.Stop, session_id: 1 }, "invalid-field"],
  ] as const)("is refused when it is %s", (_, event, value, code) => {
    const { input, diagnostics } = parse(event, value);
    expect(input).toBeUndefined();
    expect(diagnostics.find((one) => one.severity === "error")).toMatchObject({ code });
  });

  test("may say null where it has nothing to say", () => {
    expect(parse("Stop", { ...inputs.Stop, last_assistant_message: null }).input).toBeDefined();
  });
});
