import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { HookInput } from "../events/input.ts";
import { type HookEvent, isHookEvent } from "../events/names.ts";
import type { HookReport, Verdict, VerdictDecision } from "../verdict/verdict.ts";

/** One fired event: what went in, and what came out. */
export interface HookRecord {
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event: HookEvent;
  readonly input: HookInput;
  readonly verdict: RecordedVerdict;
}

/** What can be compared between one day and another, and the timings. */
export interface RecordedVerdict {
  readonly decision: VerdictDecision;
  readonly blocked: boolean;
  readonly continue: boolean;
  readonly reason?: string;
  /** Present when hooks rewrote it. */
  readonly rewrittenInput?: HookInput;
  readonly toolOutput?: unknown;
  readonly additionalContext: readonly string[];
  readonly systemMessages: readonly string[];
  readonly hooks: readonly Pick<HookReport, "name" | "status" | "reason" | "durationMs">[];
}

export function recordOf(verdict: Verdict, at: Date = new Date()): HookRecord {
  return {
    version: 1,
    at: at.toISOString(),
    event: verdict.event,
    input: verdict.originalInput,
    verdict: {
      decision: verdict.decision,
      blocked: verdict.blocked,
      continue: verdict.continue,
      ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
      ...(verdict.input === verdict.originalInput ? {} : { rewrittenInput: verdict.input }),
      ...("toolOutput" in verdict ? { toolOutput: verdict.toolOutput } : {}),
      additionalContext: verdict.additionalContext,
      systemMessages: verdict.systemMessages,
      hooks: verdict.hooks.map(({ name, status, reason, durationMs }) => ({
        name,
        status,
        ...(reason === undefined ? {} : { reason }),
        durationMs: Math.round(durationMs * 1_000) / 1_000,
      })),
    },
  };
}

/** Adds one line to a file of records. Inputs may hold secrets, so only its owner can read it. */
export function appendRecord(file: string, record: HookRecord): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(record)}\n`, { mode: 0o600 });
}

/**
 * Reads a file of records. A line that is none, such as a last one that was cut off, is a finding and not the end.
 * @throws when the file cannot be read
 */
export function readRecords(file: string): { records: HookRecord[]; diagnostics: Diagnostic[] } {
  const records: HookRecord[] = [];
  const diagnostics: Diagnostic[] = [];
  readFileSync(file, "utf8")
    .split("\n")
    .forEach((line, index) => {
      if (line.trim() === "") return;
      const record = parseRecord(line);
      if (record) records.push(record);
      else {
        const message = "This line is not a record of a fired event.";
        diagnostics.push({ code: "invalid-record", severity: "warning", message, file, line: index + 1, column: 1 });
      }
    });
  return { records, diagnostics };
}

function parseRecord(line: string): HookRecord | undefined {
  try {
    const record = JSON.parse(line) as Partial<HookRecord> | null;
    const isRecord =
      isHookEvent(record?.event) && typeof record.input === "object" && Array.isArray(record.verdict?.hooks);
    return isRecord ? (record as HookRecord) : undefined;
  } catch {
    return undefined;
  }
}
