import type { Findings } from "../discovery/codes.ts";
import type { HookEvent } from "../events/names.ts";
import type { SettingsAction, SettingsHandler } from "./settings.ts";

type Fields = Readonly<Record<string, unknown>>;
type Place = (...keys: readonly (string | number)[]) => { readonly line: number; readonly column: number };

const defaultTimeoutMs = 600_000;
const shorterTimeoutMs: Partial<Record<HookEvent, number>> = {
  UserPromptSubmit: 30_000,
  PreModelSwitch: 30_000,
  PostModelSwitch: 30_000,
  MessageDisplay: 10_000,
  SessionEnd: 1_500,
};
const longestSessionEndMs = 60_000;
/** Handler types of the protocol that need a model or an MCP client. */
const unsupported = new Set(["prompt", "agent", "mcp_tool"]);

/** Reads one handler. What cannot be used stays in the list, with the reason, so that it can be reported. */
export function parseHandler(event: HookEvent, handler: unknown, findings: Findings, at: Place): SettingsHandler {
  const fields = (typeof handler === "object" && handler !== null ? handler : {}) as Fields;
  const rule = typeof fields.if === "string" ? { if: fields.if } : {};
  return {
    event,
    ...rule,
    timeoutMs: timeoutOf(event, fields, findings, at),
    onFailure: fields.onFailure === "block" ? "block" : "continue",
    action: actionOf(fields, findings, at),
    line: at().line,
  };
}

function timeoutOf(event: HookEvent, fields: Fields, findings: Findings, at: Place): number {
  const fallback = shorterTimeoutMs[event] ?? defaultTimeoutMs;
  const { timeout } = fields;
  if (timeout === undefined) return fallback;
  if (typeof timeout !== "number" || !(timeout > 0)) {
    findings.error("invalid-value", "timeout is a number of seconds above 0.", at("timeout"));
    return fallback;
  }
  return event === "SessionEnd" ? Math.min(timeout * 1_000, longestSessionEndMs) : timeout * 1_000;
}

function actionOf(fields: Fields, findings: Findings, at: Place): SettingsAction {
  const { type } = fields;
  if (type === "command") return commandOf(fields, findings, at);
  if (type === "http") return httpOf(fields, findings, at);
  const kind = String(type ?? "none");
  if (unsupported.has(kind)) {
    const detail = `handlers of type ${kind} need a host that offers them, and this one does not`;
    findings.warning("unsupported-handler", `${sentence(detail)}.`, at("type"));
    return { type: "unusable", kind, detail };
  }
  const detail = 'type must be "command" or "http"';
  findings.error("invalid-value", `${sentence(detail)}, not ${JSON.stringify(type) ?? "missing"}.`, at("type"));
  return { type: "unusable", kind, detail };
}

function commandOf(fields: Fields, findings: Findings, at: Place): SettingsAction {
  const { command, args } = fields;
  if (typeof command !== "string" || command.trim() === "") {
    return unusable("command", "command must be a text that is not empty", findings, at);
  }
  if (args !== undefined && !(Array.isArray(args) && args.every((word) => typeof word === "string"))) {
    return unusable("args", "args must be a list of texts", findings, at);
  }
  return {
    type: "command",
    command,
    ...(args === undefined ? {} : { args: args as string[] }),
    shell: fields.shell === "bash" || fields.shell === "powershell" ? fields.shell : undefined,
    isAsync: fields.async === true || fields.asyncRewake === true,
  };
}

function httpOf(fields: Fields, findings: Findings, at: Place): SettingsAction {
  const { url, headers, allowedEnvVars } = fields;
  if (typeof url !== "string" || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
    return unusable("url", "url must be an address that begins with http:// or https://", findings, at);
  }
  const given = typeof headers === "object" && headers !== null ? Object.entries(headers) : [];
  return {
    type: "http",
    url,
    headers: Object.fromEntries(given.filter((entry): entry is [string, string] => typeof entry[1] === "string")),
    allowedEnvVars: Array.isArray(allowedEnvVars) ? allowedEnvVars.filter((name) => typeof name === "string") : [],
  };
}

function unusable(key: string, detail: string, findings: Findings, at: Place): SettingsAction {
  findings.error("invalid-value", `${sentence(detail)}.`, at(key));
  return { type: "unusable", kind: key, detail };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
