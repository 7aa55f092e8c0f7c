/** How bad a finding is: an `error` stops the file from being used, a `warning` does not. */
export type Severity = "error" | "warning";

/**
 * One finding about a file or a setting. Every package reports in this form.
 * Lines and columns count from 1; a finding about a whole file has none.
 */
export interface Diagnostic {
  /** Kebab-case, from the closed list of the package that reports it. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence: what was expected and what came. No code, no position in it. */
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Characters to underline from `column` on. Default: 1. */
  readonly length?: number;
  /** What to type instead, as it is typed. */
  readonly hint?: string;
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

/** Orders by file, then position, so that a report reads like the files do. */
export function byPosition(a: Diagnostic, b: Diagnostic): number {
  return (
    (a.file ?? "").localeCompare(b.file ?? "") || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
  );
}
