import type { HookEvent } from "../events/names.ts";
import { eventRules } from "../events/rules.ts";
import { compileMatcher, looksLikeRule, matchesAll } from "../matching/matcher.ts";
import { parseRule } from "../matching/rule.ts";
import type { Findings, Position } from "./codes.ts";

/** Finds a matcher that cannot be used, or would not do what it seems to. */
export function checkMatcher(
  matcher: string | undefined,
  events: readonly HookEvent[],
  findings: Findings,
  at: Position | undefined,
): void {
  if (matcher === undefined || matchesAll(matcher)) return;
  const unmatched = events.filter((event) => eventRules[event].matched === undefined);
  for (const event of unmatched) {
    findings.warning("matcher-ignored", `${event} has nothing that a matcher could be tested on.`, at);
  }
  const event = events.find((name) => eventRules[name].matched !== undefined);
  if (!event) return;
  if (looksLikeRule(matcher)) {
    const hint = `if = ${JSON.stringify(matcher)}`;
    findings.warning("matcher-is-rule", `${matcher} is a permission rule; as a matcher it is a pattern.`, at, hint);
  }
  const compiled = compileMatcher(matcher, event);
  if (!compiled.ok) findings.error(compiled.code, `The matcher cannot be used. ${compiled.problem}`, at);
}

/** Finds an `if` rule that cannot be read, or can never hold. */
export function checkRule(
  rule: string | undefined,
  events: readonly HookEvent[],
  findings: Findings,
  at: Position | undefined,
): void {
  if (rule === undefined) return;
  const parsed = parseRule(rule);
  if (!parsed.ok) findings.error("invalid-rule", `The rule cannot be used. ${parsed.problem}`, at);
  for (const event of events) {
    if (eventRules[event].tool) continue;
    findings.warning("rule-ignored", `${event} is about no tool call, so a hook with "if" never runs on it.`, at);
  }
}
