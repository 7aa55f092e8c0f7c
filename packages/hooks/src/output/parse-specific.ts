import type { HookEvent } from "../events/names.ts";
import type { HookSpecificOutput } from "./output.ts";
import type { PermissionRequestDecision, PermissionUpdate } from "./permission.ts";
import { expected, isRecord, type Mutable, OutputProblem } from "./problem.ts";

/** The keys inside `hookSpecificOutput` that have a meaning of their own. */
export const specificKeys: readonly string[] = [
  "hookEventName",
  "permissionDecision",
  "permissionDecisionReason",
  "updatedInput",
  "additionalContext",
  "updatedToolOutput",
  "updatedMCPToolOutput",
];

const spellings: Readonly<Record<string, string>> = {
  hook_event_name: "hookEventName",
  permission_decision: "permissionDecision",
  permission_decision_reason: "permissionDecisionReason",
  updated_input: "updatedInput",
  additional_context: "additionalContext",
  updated_tool_output: "updatedToolOutput",
  updated_mcp_tool_output: "updatedMCPToolOutput",
};

const permissionDecisions = new Set(["allow", "deny", "ask", "defer"]);

/** @throws OutputProblem when it is no object, is meant for another event, or a value is of the wrong kind */
export function parseSpecific(value: unknown, event: HookEvent): HookSpecificOutput {
  if (!isRecord(value)) throw expected("hookSpecificOutput", "an object", value);
  const output: Record<string, unknown> = {};
  for (const written of Object.keys(value)) {
    const entry = value[written];
    const key = spellings[written] ?? written;
    // A tool may well answer null, so that one null is a value.
    if (entry === undefined || (entry === null && !key.endsWith("ToolOutput"))) continue;
    output[key] = key === "decision" ? parsePermissionRequest(entry) : entry;
  }
  check(output, event);
  return output;
}

function check(output: Readonly<Record<string, unknown>>, event: HookEvent): void {
  const { hookEventName, permissionDecision, permissionDecisionReason, updatedInput, additionalContext } = output;
  if (hookEventName !== undefined && hookEventName !== event) {
    throw expected("hookEventName", `"${event}", the event that was asked about`, hookEventName);
  }
  if (permissionDecision !== undefined && !permissionDecisions.has(permissionDecision as string)) {
    throw expected("permissionDecision", '"allow", "deny", "ask" or "defer"', permissionDecision);
  }
  if (permissionDecisionReason !== undefined && typeof permissionDecisionReason !== "string") {
    throw expected("permissionDecisionReason", "a text", permissionDecisionReason);
  }
  if (updatedInput !== undefined && !isRecord(updatedInput)) throw expected("updatedInput", "an object", updatedInput);
  if (additionalContext !== undefined && typeof additionalContext !== "string") {
    throw expected("additionalContext", "a text", additionalContext);
  }
}

function parsePermissionRequest(value: unknown): PermissionRequestDecision {
  if (!isRecord(value)) throw expected("decision", "an object with a behavior", value);
  if (value.behavior === "deny") return parseDeny(value);
  if (value.behavior !== "allow") throw expected("behavior", '"allow" or "deny"', value.behavior);
  const input = value.updatedInput ?? value.updated_input ?? undefined;
  const permissions = value.updatedPermissions ?? value.updated_permissions ?? undefined;
  if (input !== undefined && !isRecord(input)) throw expected("updatedInput", "an object", input);
  if (permissions !== undefined && !Array.isArray(permissions)) {
    throw expected("updatedPermissions", "a list", permissions);
  }
  return {
    behavior: "allow",
    ...(input === undefined ? {} : { updatedInput: input }),
    ...(permissions === undefined ? {} : { updatedPermissions: permissions.map(parsePermissionUpdate) }),
  };
}

function parseDeny(value: Readonly<Record<string, unknown>>): PermissionRequestDecision {
  const decision: Mutable<Extract<PermissionRequestDecision, { behavior: "deny" }>> = { behavior: "deny" };
  // A refusal holds even when the words around it are of the wrong kind.
  if (typeof value.message === "string") decision.message = value.message;
  if (typeof value.interrupt === "boolean") decision.interrupt = value.interrupt;
  return decision;
}

function parsePermissionUpdate(value: unknown): PermissionUpdate {
  if (!isRecord(value)) throw expected("a permission update", "an object", value);
  if (typeof value.tool === "string" && typeof value.permission === "string")
    return value as unknown as PermissionUpdate;
  const kinds = ["addRules", "replaceRules", "removeRules", "setMode", "addDirectories", "removeDirectories"];
  if (!kinds.includes(value.type as string)) {
    throw new OutputProblem(`A permission update needs tool and permission, or one of the types ${kinds.join(", ")}.`);
  }
  return value as unknown as PermissionUpdate;
}
