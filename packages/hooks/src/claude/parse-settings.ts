import { didYouMean } from "../diagnostics/nearest.ts";
import { checkMatcher, checkRule } from "../discovery/check-matcher.ts";
import { Findings, type Position, positionAt } from "../discovery/codes.ts";
import { type HookEvent, hookEvents, isHookEvent } from "../events/names.ts";
import { foreignFormat } from "./foreign.ts";
import { parseJsonWithPlaces, placeOf } from "./json-places.ts";
import { parseHandler } from "./parse-handler.ts";
import type { ParsedSettings, SettingsHandler } from "./settings.ts";

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where something in the file stands. */
export type Place = (...keys: readonly (string | number)[]) => Position;

/**
 * Reads `settings.json`, `settings.local.json` or a plugin's `hooks.json` as Claude Code does: one bad entry disables
 * only itself, and keys it does not know are left alone.
 */
export function parseSettings(text: string, file: string): ParsedSettings {
  const findings = new Findings(file);
  const parsed = parseJsonWithPlaces(text);
  if (!parsed.ok) {
    findings.error("invalid-json", `The file is not valid JSON. ${parsed.problem}`, positionAt(text, parsed.offset));
    return { diagnostics: findings.all };
  }
  const place: Place = (...keys) => positionAt(text, parsed.offsetOf(placeOf(...keys)) ?? 0);
  if (!isFields(parsed.value)) {
    findings.error("invalid-value", 'The file must hold an object with "hooks".', place());
    return { diagnostics: findings.all };
  }
  const foreign = foreignFormat(parsed.value);
  if (foreign) {
    findings.error("foreign-format", `This is a hooks file of ${foreign}; Pawl reads those of Claude Code.`, place());
    return { diagnostics: findings.all };
  }
  return { settings: readSettings(parsed.value, findings, place), diagnostics: findings.all };
}

function readSettings(file: Fields, findings: Findings, place: Place): NonNullable<ParsedSettings["settings"]> {
  const isDisabled = file.disableAllHooks === true;
  if (isDisabled) {
    findings.warning("hooks-disabled", "disableAllHooks is set: no hook of this file runs.", place("disableAllHooks"));
  }
  const hooks = file.hooks ?? {};
  if (!isFields(hooks)) findings.error("invalid-value", "hooks must be an object of events.", place("hooks"));
  return {
    handlers: isFields(hooks) ? readEvents(hooks, findings, place) : [],
    isDisabled,
    allowedHttpHookUrls: readTexts(file.allowedHttpHookUrls),
    httpHookAllowedEnvVars: readTexts(file.httpHookAllowedEnvVars),
  };
}

function readTexts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : undefined;
}

function readEvents(hooks: Fields, findings: Findings, place: Place): SettingsHandler[] {
  const handlers: SettingsHandler[] = [];
  for (const [event, groups] of Object.entries(hooks)) {
    if (!isHookEvent(event)) {
      const near = didYouMean(event, hookEvents);
      findings.warning("unknown-event", `There is no event "${event}".${near}`, place("hooks", event));
    } else if (!Array.isArray(groups)) {
      findings.error("invalid-value", `${event} must be a list of matchers.`, place("hooks", event));
    } else {
      groups.forEach((group, index) => {
        handlers.push(...readGroup(event, group, index, findings, place));
      });
    }
  }
  return handlers;
}

function readGroup(
  event: HookEvent,
  group: unknown,
  index: number,
  findings: Findings,
  place: Place,
): SettingsHandler[] {
  const here: Place = (...keys) => place("hooks", event, index, ...keys);
  if (!isFields(group) || !Array.isArray(group.hooks)) {
    findings.error("invalid-value", 'Expected an object with a list "hooks".', here());
    return [];
  }
  const { matcher } = group;
  if (matcher !== undefined && typeof matcher !== "string") {
    findings.error("invalid-value", "matcher must be a text.", here("matcher"));
    return [];
  }
  checkMatcher(matcher, [event], findings, here("matcher"));
  return group.hooks.map((handler, position) => {
    const at: Place = (...keys) => here("hooks", position, ...keys);
    const read = parseHandler(event, handler, findings, at);
    checkRule(read.if, [event], findings, at("if"));
    return { ...read, ...(matcher === undefined ? {} : { matcher }) };
  });
}
