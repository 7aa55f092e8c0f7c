import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { isUrlAllowed } from "../claude/http-hook.ts";
import { parseSettings } from "../claude/parse-settings.ts";
import type { Settings, SettingsHandler } from "../claude/settings.ts";
import { wordsOf } from "../command/command-line.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { Findings } from "../discovery/codes.ts";
import { filesNamedBy } from "../trust/command-files.ts";
import { digest, pathIn } from "../trust/fingerprint.ts";
import type { HookAction, HookCandidate } from "./candidate.ts";

export interface SettingsFile {
  readonly path: string;
  readonly isFromProject: boolean;
  /** Whether it is a mistake when it is not there. */
  readonly isRequired: boolean;
}

export interface SettingsContext {
  readonly projectDir: string;
  /** Patterns of addresses that hooks may post to, from Pawl's own configuration. */
  readonly allowedUrls: readonly string[];
}

/** The candidates of one settings file. */
export function fromSettings(
  file: SettingsFile,
  context: SettingsContext,
): { readonly candidates: readonly HookCandidate[]; readonly diagnostics: readonly Diagnostic[] } {
  const text = read(file);
  if (typeof text !== "string") return { candidates: [], diagnostics: text };
  const { settings, diagnostics } = parseSettings(text, file.path);
  if (!settings) return { candidates: [], diagnostics };
  const names = new Map<string, number>();
  const candidates = settings.handlers.map((handler) => {
    const plain = `${basename(file.path)}:${handler.line}`;
    const count = (names.get(plain) ?? 0) + 1;
    names.set(plain, count);
    return candidateOf(handler, settings, file, context, count === 1 ? plain : `${plain}.${count}`);
  });
  return { candidates, diagnostics };
}

function read(file: SettingsFile): string | readonly Diagnostic[] {
  try {
    return readFileSync(file.path, "utf8");
  } catch (error) {
    if (!file.isRequired && (error as NodeJS.ErrnoException).code === "ENOENT") return [];
    const findings = new Findings(file.path);
    findings.error("file-unreadable", `The file cannot be read: ${error instanceof Error ? error.message : error}.`);
    return findings.all;
  }
}

function candidateOf(
  handler: SettingsHandler,
  settings: Settings,
  file: SettingsFile,
  context: SettingsContext,
  name: string,
): HookCandidate {
  const action = actionOf(handler, settings, file, context);
  const isAsync = handler.action.type === "command" && handler.action.isAsync;
  return {
    name,
    layer: "settings",
    file: file.path,
    line: handler.line,
    events: [handler.event],
    filter: {
      ...(handler.matcher === undefined ? {} : { matcher: handler.matcher }),
      ...(handler.if === undefined ? {} : { if: handler.if }),
      parallel: true,
      background: isAsync,
      identity: JSON.stringify([action, handler.if ?? null]),
    },
    timeoutMs: handler.timeoutMs,
    onFailure: isAsync ? "continue" : handler.onFailure,
    action,
    description: "",
    ...(settings.isDisabled ? { disabled: "disableAllHooks in its file" } : {}),
    ...(file.isFromProject ? { trust: trustOf(handler, settings, file, action, context) } : {}),
    canBeShadowed: false,
    diagnostics: urlFindings(handler, action, file),
  };
}

function actionOf(
  { action }: SettingsHandler,
  settings: Settings,
  file: SettingsFile,
  context: SettingsContext,
): HookAction {
  if (action.type === "unusable") return { type: "none", kind: "unsupported", detail: action.detail };
  if (action.type === "http") {
    const allowed = [...context.allowedUrls, ...(settings.allowedHttpHookUrls ?? [])];
    if (!isUrlAllowed(action.url, allowed)) {
      const detail = `${action.url} is not among the addresses that hooks may post to (allowedHttpHookUrls)`;
      return { type: "none", kind: "unsupported", detail };
    }
    const names = settings.httpHookAllowedEnvVars;
    const allowedEnvVars = action.allowedEnvVars.filter((name) => names === undefined || names.includes(name));
    return { type: "http", url: action.url, headers: action.headers, allowedEnvVars };
  }
  const command = shellOf(action);
  const pluginRoot = pluginRootOf(file.path);
  return {
    type: "command",
    command,
    mode: "spawn",
    claude: pluginRoot === undefined ? {} : { pluginRoot },
  };
}

function urlFindings({ action: wanted, line }: SettingsHandler, action: HookAction, file: SettingsFile): Diagnostic[] {
  if (wanted.type !== "http" || action.type !== "none") return [];
  const findings = new Findings(file.path);
  findings.warning("url-not-allowed", `${wanted.url} is not among the addresses that hooks may post to.`, {
    line,
    column: 1,
  });
  return findings.all;
}

function shellOf(
  action: Extract<SettingsHandler["action"], { type: "command" }>,
): string | readonly [string, ...string[]] {
  if (action.args !== undefined) return [action.command, ...action.args];
  if (action.shell === "bash") return ["bash", "-c", action.command];
  if (action.shell === "powershell") return ["pwsh", "-NoProfile", "-Command", action.command];
  return action.command;
}

/** A plugin's file is `<plugin>/hooks/hooks.json`. */
function pluginRootOf(path: string): string | undefined {
  if (basename(path) !== "hooks.json") return undefined;
  return basename(dirname(path)) === "hooks" ? dirname(dirname(path)) : dirname(path);
}

function trustOf(
  handler: SettingsHandler,
  settings: Settings,
  file: SettingsFile,
  action: HookAction,
  { projectDir }: SettingsContext,
): NonNullable<HookCandidate["trust"]> {
  const { line: _, ...definition } = handler;
  const variables = { CLAUDE_PROJECT_DIR: projectDir, CLAUDE_PLUGIN_ROOT: pluginRootOf(file.path) };
  const words = action.type === "command" ? wordsOf(action.command).flatMap((word) => wordsOf(word)) : [];
  return {
    key: `settings:${pathIn(projectDir, file.path)}:${digest(JSON.stringify(definition)).slice(0, 16)}`,
    sources: {
      projectDir,
      files: filesNamedBy(words, projectDir, variables),
      definition: { ...definition, urls: settings.allowedHttpHookUrls, names: settings.httpHookAllowedEnvVars },
    },
  };
}
