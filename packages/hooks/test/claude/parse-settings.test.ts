import { describe, expect, test } from "vitest";
import { parseSettings } from "../../src/claude/parse-settings.ts";

const parse = (value: unknown) =>
  parseSettings(typeof value === "string" ? value : JSON.stringify(value), "settings.json");
const hooks = (value: unknown) => parse({ hooks: value });
const command = (fields: object = {}) => ({ type: "command", command: "./x.sh", ...fields });

describe("a settings file", () => {
  test("gives its handlers with matcher, rule, time-out, policy and line", () => {
    const text = `{
  "hooks": {
    "PreToolUse": [
      { "matcher": "Bash",
        "hooks": [
          { "type": "command", "command": "./x.sh", "timeout": 5, "if": "Bash(git *)", "onFailure": "block" }
        ] }
    ]
  }
}`;
    expect(parse(text)).toEqual({
      diagnostics: [],
      settings: {
        handlers: [
          {
            event: "PreToolUse",
            matcher: "Bash",
            if: "Bash(git *)",
            timeoutMs: 5_000,
            onFailure: "block",
            action: { type: "command", command: "./x.sh", shell: undefined, isAsync: false },
            line: 6,
          },
        ],
        isDisabled: false,
        allowedHttpHookUrls: undefined,
        httpHookAllowedEnvVars: undefined,
      },
    });
  });

  test("may have nothing to say about hooks", () => {
    expect(parse({ permissions: {} })).toMatchObject({ settings: { handlers: [] }, diagnostics: [] });
  });

  test("has the protocol's time-outs", () => {
    const timeouts = (event: string, fields?: object) =>
      hooks({ [event]: [{ hooks: [command(fields)] }] }).settings?.handlers[0]?.timeoutMs;
    expect([
      timeouts("PreToolUse"),
      timeouts("UserPromptSubmit"),
      timeouts("SessionEnd"),
      timeouts("SessionEnd", { timeout: 100 }),
      timeouts("MessageDisplay"),
    ]).toEqual([600_000, 30_000, 1_500, 60_000, 10_000]);
  });

  test("keeps every field it knows, and leaves alone what it does not", () => {
    const { settings, diagnostics } = hooks({
      PreToolUse: [
        {
          hooks: [
            command({ args: ["a", "b"], asyncRewake: true, rewakeMessage: "x", statusMessage: "y" }),
            command({ shell: "bash" }),
            { type: "http", url: "https://x.example/h", headers: { a: "$B" }, allowedEnvVars: ["B"] },
          ],
        },
      ],
    });
    expect(diagnostics).toEqual([]);
    expect(settings?.handlers.map((handler) => handler.action)).toEqual([
      { type: "command", command: "./x.sh", args: ["a", "b"], shell: undefined, isAsync: true },
      { type: "command", command: "./x.sh", shell: "bash", isAsync: false },
      { type: "http", url: "https://x.example/h", headers: { a: "$B" }, allowedEnvVars: ["B"] },
    ]);
  });

  test("reports handler types that need a host of their own, and keeps them in the list", () => {
    const { settings, diagnostics } = hooks({
      Stop: [{ hooks: [{ type: "prompt", prompt: "?" }, { type: "agent" }, { type: "mcp_tool" }, command()] }],
    });
    expect(diagnostics.map((one) => one.code)).toEqual(Array(3).fill("unsupported-handler"));
    expect(settings?.handlers.map((handler) => handler.action.type)).toEqual([
      "unusable",
      "unusable",
      "unusable",
      "command",
    ]);
  });

  test("tells when it turns its hooks off", () => {
    expect(parse({ disableAllHooks: true, hooks: {} })).toMatchObject({
      settings: { isDisabled: true },
      diagnostics: [{ code: "hooks-disabled" }],
    });
  });
});

describe("a mistake in a settings file", () => {
  test("disables only itself", () => {
    const { settings, diagnostics } = hooks({
      PreToolUs: [{ hooks: [command()] }],
      Stop: "x",
      SessionEnd: [{ matcher: 1, hooks: [command()] }, { hooks: "x" }, null, { hooks: [command({ timeout: -1 }), 7] }],
      PreToolUse: [{ matcher: "(", hooks: [command()] }, { hooks: [{ type: "command" }, command({ args: [1] })] }],
      Setup: [{ hooks: [command()] }],
    });
    expect(diagnostics.map((one) => one.code)).toEqual([
      "unknown-event",
      ...Array(6).fill("invalid-value"),
      "invalid-pattern",
      ...Array(2).fill("invalid-value"),
    ]);
    expect(settings?.handlers.filter((handler) => handler.action.type === "command")).toHaveLength(3);
    for (const one of diagnostics) expect(one).toMatchObject({ line: 1, column: expect.any(Number) });
  });

  test.each([
    ['{"hooks": {', 1, 12],
    ['{\n  "a": 1,\n}', 3, 1],
    ['{"a": }', 1, 7],
    ['{"a": "x\n"}', 1, 7],
    ['{"a": "\\q"}', 1, 7],
    ["{a: 1}", 1, 2],
    ["[1 2]", 1, 4],
    ["{} x", 1, 4],
    ["{'a': 1}", 1, 2],
    ['{"a": 01}', 1, 7],
    ["", 1, 1],
    ["nul", 1, 1],
  ])("of JSON is found at its place: %j", (text, line, column) => {
    expect(parse(text)).toMatchObject({ diagnostics: [{ code: "invalid-json", line, column }] });
  });

  test("of depth does not overflow", () => {
    expect(parse("[".repeat(100_000))).toMatchObject({ diagnostics: [{ code: "invalid-json" }] });
  });

  test.each(["[]", "null", "7"])("of shape is found: %s", (text) => {
    expect(parse(text)).toMatchObject({ diagnostics: [{ code: "invalid-value" }] });
  });
});

describe("another agent's hooks file is named as such:", () => {
  test.each([
    ["Cursor", { version: 1, hooks: { beforeShellExecution: [{ command: "./x.sh" }] } }],
    ["Cursor", { version: 1, hooks: { preToolUse: [{ command: "./x.sh" }] } }],
    ["Gemini CLI", { hooks: { BeforeTool: [{ matcher: "x", hooks: [command()] }] } }],
    ["GitHub Copilot", { version: 1, hooks: { preToolUse: [{ type: "command", bash: "./x.sh" }] } }],
  ])("%s", (agent, file) => {
    const { diagnostics, settings } = parse(file);
    expect(diagnostics).toMatchObject([{ code: "foreign-format", message: expect.stringContaining(agent) }]);
    expect(settings).toBeUndefined();
  });
});
