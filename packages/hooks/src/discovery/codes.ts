import type { Diagnostic, Severity } from "../diagnostics/diagnostic.ts";

/** Everything that can be said about a hook file or a settings file. */
export type HookDiagnosticCode =
  | "file-unreadable"
  | "file-too-large"
  | "missing-front-matter"
  | "unclosed-front-matter"
  | "invalid-toml"
  | "invalid-yaml"
  | "invalid-json"
  | "unknown-key"
  | "missing-key"
  | "invalid-value"
  | "unknown-event"
  | "invalid-pattern"
  | "unsafe-pattern"
  | "matcher-is-rule"
  | "matcher-ignored"
  | "invalid-rule"
  | "rule-ignored"
  | "no-action"
  | "two-actions"
  | "handler-not-found"
  | "script-not-found"
  | "duplicate-name"
  | "unsupported-handler"
  | "url-not-allowed"
  | "foreign-format"
  | "hooks-disabled";

/** Where in a file something stands; counts from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly length?: number;
}

/** Collects what is found in one file. */
export class Findings {
  readonly all: Diagnostic[] = [];
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  error(code: HookDiagnosticCode, message: string, at?: Position, hint?: string): void {
    this.#add("error", code, message, at, hint);
  }

  warning(code: HookDiagnosticCode, message: string, at?: Position, hint?: string): void {
    this.#add("warning", code, message, at, hint);
  }

  get firstError(): Diagnostic | undefined {
    return this.all.find((finding) => finding.severity === "error");
  }

  #add(severity: Severity, code: HookDiagnosticCode, message: string, at?: Position, hint?: string): void {
    this.all.push({ code, severity, message, file: this.file, ...at, ...(hint === undefined ? {} : { hint }) });
  }
}

/** Line and column of an offset. */
export function positionAt(text: string, offset: number, length?: number): Position {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const column = offset - (before.lastIndexOf("\n") + 1) + 1;
  return length === undefined ? { line, column } : { line, column, length };
}
