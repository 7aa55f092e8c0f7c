import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { HookInput } from "./input.ts";
import { baseFields, eventFields, type FieldKind } from "./input-fields.ts";
import type { HookEvent } from "./names.ts";
import { eventRules } from "./rules.ts";

export interface ParsedInput {
  /** Absent when there is an error. */
  readonly input?: HookInput;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Checks an input that came from outside. Base fields that are missing are filled in, and fields that are not known are
 * kept. A tool event without its tool's name is an error, since no matcher could be tested; other missing fields are warnings.
 */
export function parseHookInput(event: HookEvent, value: unknown, defaults: { readonly cwd: string }): ParsedInput {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { diagnostics: [problem("error", "invalid-input", "The input must be a JSON object.")] };
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const named = fields.hook_event_name;
  const diagnostics: Diagnostic[] = [];
  if (named !== undefined && named !== event) {
    const message = `The input is of ${JSON.stringify(named)}, and the event is ${event}.`;
    diagnostics.push(problem("error", "event-mismatch", message));
  }
  const filled = { session_id: "", transcript_path: "", cwd: defaults.cwd, ...fields, hook_event_name: event };
  for (const [key, kind] of Object.entries({ ...baseFields, ...eventFields[event] })) {
    const finding = check(event, key, kind, filled[key as keyof typeof filled]);
    if (finding) diagnostics.push(finding);
  }
  const hasError = diagnostics.some((finding) => finding.severity === "error");
  return { ...(hasError ? {} : { input: filled as unknown as HookInput }), diagnostics };
}

function check(event: HookEvent, key: string, kind: FieldKind, value: unknown): Diagnostic | undefined {
  if (value === undefined) {
    if (kind.endsWith("?")) return undefined;
    const isNeeded = eventRules[event].tool === true && key === "tool_name";
    return problem(isNeeded ? "error" : "warning", "missing-field", `The input of ${event} has no ${key}.`);
  }
  if (fits(kind, value)) return undefined;
  const wanted = { text: "a text", flag: "true or false", number: "a number", list: "a list" } as const;
  const word = wanted[kind.replace(/\?|-or-null/g, "") as keyof typeof wanted];
  return problem("error", "invalid-field", `${key} must be ${word}.`);
}

function fits(kind: FieldKind, value: unknown): boolean {
  if (kind === "any" || kind === "any?") return true;
  if (kind === "text-or-null") return value === null || typeof value === "string";
  // Hosts write null where they have nothing to say.
  if (value === null) return kind.endsWith("?");
  if (kind.startsWith("text")) return typeof value === "string";
  if (kind.startsWith("flag")) return typeof value === "boolean";
  if (kind.startsWith("number")) return typeof value === "number";
  return Array.isArray(value);
}

function problem(severity: Diagnostic["severity"], code: string, message: string): Diagnostic {
  return { severity, code, message };
}
