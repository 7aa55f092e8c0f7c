import { didYouMean } from "../diagnostics/nearest.ts";
import { type HookEvent, hookEvents, isHookEvent } from "../events/names.ts";
import type { FailurePolicy } from "../guard/failure-policy.ts";
import { checkMatcher, checkRule } from "./check-matcher.ts";
import { Findings } from "./codes.ts";
import { parseFields } from "./fields.ts";
import { splitFrontMatter } from "./front-matter.ts";
import { defaultManifestTimeoutMs, type HookManifest, type ParsedManifest } from "./manifest.ts";
import { Reader } from "./reader.ts";
import { salvage } from "./salvage.ts";

/** Of the front matter. */
export const manifestKeys: readonly string[] = [
  "name",
  "event",
  "events",
  "matcher",
  "if",
  "timeout",
  "command",
  "args",
  "handler",
  "requires",
  "enabled",
  "priority",
  "on_failure",
  "parallel",
  "background",
  "env",
  "mode",
  "description",
];
const requirementKeys = ["bins", "any_bins", "env", "os"];

/** Reads the text of a `HOOK.md`. All mistakes are found at once; a mistake makes the whole file unusable. */
export function parseHookManifest(source: string, file: string): ParsedManifest {
  const findings = new Findings(file);
  const block = splitFrontMatter(source, findings);
  const fields = block && parseFields(block, findings);
  const manifest = block && fields ? readManifest(new Reader(fields, findings), block.body) : undefined;
  const error = findings.firstError;
  if (!error && manifest) return { manifest, diagnostics: findings.all };
  const reason = error ? error.message : "The file cannot be read.";
  const known = manifest ?? salvage(source);
  return {
    broken: { name: known.name || undefined, events: known.events, onFailure: known.onFailure, reason },
    diagnostics: findings.all,
  };
}

function readManifest(read: Reader, body: string): HookManifest {
  read.allow(manifestKeys);
  const events = readEvents(read);
  const matcher = read.text("matcher");
  const rule = read.text("if");
  // A misspelt event must not hide a wrong matcher: it is tested as one of a tool.
  const isMisspelt = read.findings.all.some(({ code }) => code === "unknown-event");
  checkMatcher(matcher, isMisspelt ? [...events, "PreToolUse"] : events, read.findings, read.at("matcher"));
  checkRule(rule, events, read.findings, read.at("if"));
  const line = read.at("matcher")?.line;
  return {
    name: read.name(),
    events,
    ...(matcher === undefined ? {} : { matcher }),
    ...(rule === undefined ? {} : { if: rule }),
    timeoutMs: readTimeout(read),
    ...readAction(read),
    ...readRequirements(read),
    enabled: read.flag("enabled") ?? true,
    priority: read.number("priority") ?? 0,
    onFailure: read.choice<FailurePolicy>("on_failure", ["continue", "block"]) ?? "continue",
    ...optional("parallel", read.flag("parallel")),
    ...optional("background", read.flag("background")),
    env: read.texts("env"),
    mode: read.choice("mode", ["spawn", "persistent"]) ?? "spawn",
    description: body || (read.text("description") ?? ""),
    ...optional("line", line),
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

function readEvents(read: Reader): HookEvent[] {
  const single = read.text("event");
  const several = read.list("events");
  if (single === undefined && several === undefined && !read.has("event") && !read.has("events")) {
    read.findings.error("missing-key", 'A hook needs an event, as in event = "PreToolUse".', read.start());
  }
  const found: HookEvent[] = [];
  for (const [key, names] of [
    ["event", single === undefined ? [] : [single]],
    ["events", several ?? []],
  ] as const) {
    for (const name of names) {
      if (!isHookEvent(name)) {
        const near = didYouMean(name, hookEvents);
        read.findings.error("unknown-event", `There is no event "${name}".${near}`, read.at(key));
      } else if (!found.includes(name)) found.push(name);
    }
  }
  if (several?.length === 0)
    read.findings.error("invalid-value", "events names at least one event.", read.at("events"));
  return found;
}

function readTimeout(read: Reader): number {
  const seconds = read.number("timeout");
  if (seconds === undefined) return defaultManifestTimeoutMs;
  if (seconds > 0 && seconds <= 86_400) return seconds * 1_000;
  read.findings.error(
    "invalid-value",
    `timeout is in seconds, above 0 and at most 86400, not ${seconds}.`,
    read.at("timeout"),
  );
  return defaultManifestTimeoutMs;
}

function readAction(read: Reader): Pick<HookManifest, "command" | "args" | "handler"> {
  const command = read.text("command");
  const handler = read.text("handler");
  const args = read.list("args");
  const isBlank = (text: string | undefined) => text !== undefined && text.trim() === "";
  if (isBlank(command)) read.findings.error("invalid-value", "command is empty.", read.at("command"));
  if (isBlank(handler)) read.findings.error("invalid-value", "handler is empty.", read.at("handler"));
  if (command !== undefined && handler !== undefined) {
    read.findings.error("two-actions", "A hook has a command or a handler, not both.", read.at("handler"));
  } else if (command === undefined && handler === undefined && !read.has("command") && !read.has("handler")) {
    read.findings.error(
      "no-action",
      'A hook needs a command ("./guard.sh") or a handler ("./guard.ts").',
      read.start(),
    );
  }
  if (args !== undefined && command === undefined) {
    read.findings.error("invalid-value", "args belong to a command, and there is none.", read.at("args"));
  }
  return { ...optional("command", command), ...optional("args", args), ...optional("handler", handler) };
}

function readRequirements(read: Reader): Pick<HookManifest, "requires"> {
  const table = read.table("requires", requirementKeys);
  if (!table) return {};
  const list = (key: string) => optional(key, table.list(key));
  return { requires: { ...list("bins"), ...list("any_bins"), ...list("env"), ...list("os") } };
}
