import { defineOperation } from "@pawl/flows";
import { z } from "zod";
import { anyJson, diagnostic } from "./fields.ts";

const hook = z
  .object({
    name: z.string(),
    status: z.enum(["active", "ineligible", "untrusted", "disabled", "shadowed", "broken", "unsupported"]),
    detail: z.string().optional().meta({ description: "Why it does not run." }),
    events: z.array(z.string()),
    matcher: z.string().optional(),
    if: z.string().optional(),
    kind: z.enum(["command", "handler", "http", "none"]),
    layer: z.string(),
    file: z.string(),
    line: z.int().optional(),
    onFailure: z.string(),
    timeoutMs: z.number(),
    priority: z.number(),
    description: z.string(),
  })
  .meta({ id: "Hook" });

const report = z
  .object({
    name: z.string(),
    source: z.string().optional(),
    status: z.enum(["ok", "failed", "timeout", "cancelled", "skipped"]),
    reason: z.string().optional().meta({ description: "Why it was skipped." }),
    detail: z.string().optional(),
    durationMs: z.number(),
    output: anyJson.optional(),
    isBackground: z.boolean().optional(),
    warnings: z.array(anyJson).optional(),
  })
  .meta({ id: "HookReport", description: "What became of one hook." });

const verdict = z
  .object({
    event: z.string(),
    decision: z.enum(["none", "allow", "ask", "defer", "deny"]),
    blocked: z.boolean(),
    reason: z.string().optional(),
    continue: z.boolean(),
    stopReason: z.string().optional(),
    input: anyJson.meta({ description: "As rewritten by the hooks." }),
    originalInput: anyJson,
    toolOutput: anyJson.optional(),
    additionalContext: z.array(z.string()),
    systemMessages: z.array(z.string()),
    suppressOutput: z.boolean(),
    permission: anyJson.optional().meta({ description: "The answer to a `PermissionRequest`." }),
    specific: z.record(z.string(), anyJson).meta({ description: "What only some hosts understand." }),
    hooks: z.array(report),
    diagnostics: z.array(diagnostic),
  })
  .meta({ id: "Verdict", description: "What all hooks of the event said, combined." });

export const listHooks = defineOperation({
  route: "GET /api/v1/hooks",
  id: "listHooks",
  tag: "hooks",
  summary: "The lifecycle hooks, with what keeps them from running",
  answers: {
    200: {
      description: "The hooks as they are now.",
      schema: z.object({ hooks: z.array(hook), diagnostics: z.array(diagnostic) }),
    },
  },
});

export const fireHook = defineOperation({
  route: "POST /api/v1/hooks/:event",
  id: "fireHook",
  tag: "hooks",
  summary: "Fire a lifecycle event",
  params: { event: "The event: `PreToolUse`, `Stop`, …" },
  query: z.strictObject({
    format: z
      .enum(["claude"], "claude")
      .optional()
      .meta({ description: "`claude`: answer as an HTTP hook of Claude Code does." }),
  }),
  body: { schema: z.record(z.string(), anyJson), maxBytes: 8_388_608 },
  answers: { 200: { description: "The verdict, or with `format=claude` the hook's answer.", schema: verdict } },
  problems: ["unknown-event", "invalid-input"],
});
