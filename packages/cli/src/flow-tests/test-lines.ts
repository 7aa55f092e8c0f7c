import type { FlowTest, FlowTestResult } from "@pawl/flows/testing";
import { formatDuration } from "@pawl/hooks/guard";
import { plural } from "../output/diagnostics.ts";
import { printable } from "../output/summary.ts";
import type { Terminal } from "../output/terminal.ts";

export interface Total {
  passed: number;
  failed: number;
  files: number;
  /** Milliseconds of real time. */
  tookMs: number;
}

/** ` ✓ greets by name   3 steps`; below a test that failed, each thing that was not as expected, with its place. */
export function formatTest(
  { name }: FlowTest,
  { problems, steps }: FlowTestResult,
  { terminal, path }: { readonly terminal: Pick<Terminal, "colors">; readonly path: string },
): string {
  const { colors } = terminal;
  if (problems.length === 0) return ` ${colors.green("✓")} ${name}  ${colors.dim(plural(steps.length, "step"))}`;
  const lines = problems.map(({ message, line, column }) => {
    const place = line === undefined ? "" : colors.dim(`  ${path}:${line}:${column ?? 1}`);
    return `     ${printable(message)}${place}`;
  });
  return [` ${colors.red("✗")} ${name}`, ...lines].join("\n");
}

export function formatTotal({ passed, failed, files, tookMs }: Total, { colors }: Pick<Terminal, "colors">): string {
  const counts = [failed > 0 && colors.red(`${failed} failed`), `${passed} passed`].filter(Boolean).join(", ");
  return `${counts} in ${plural(files, "file")} · ${formatDuration(Math.round(tookMs))}`;
}
