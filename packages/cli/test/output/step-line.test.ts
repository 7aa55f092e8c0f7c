import type { StepReport } from "@pawl/flows";
import { createColors } from "picocolors";
import { describe, expect, test } from "vitest";
import { formatStep } from "../../src/output/step-line.ts";

const layout = { terminal: { colors: createColors(false), width: 80 }, nameWidth: 8 };
const base: StepReport = {
  id: "build",
  step: "build",
  status: "completed",
  output: null,
  attempts: 1,
  durationMs: 4_200,
};

describe("the line of a step", () => {
  test("has its name, how long it took, and what it gave", () => {
    const output = { stdout: "done\nwith more", stderr: "", code: 0 };
    expect(formatStep({ ...base, output }, layout)).toBe(' ✓ build       4.2 s   "done …"');
  });

  test("carries the reason of a skipped step, and no duration", () => {
    const skipped: StepReport = { ...base, status: "skipped", attempts: 0, reason: "steps.a.output > 1 is false" };
    expect(formatStep(skipped, layout)).toBe(" ↷ build               skipped: steps.a.output > 1 is false");
  });

  test("shows the end of what a failed program said, and how often it was tried", () => {
    const stderr = Array.from({ length: 9 }, (_, index) => `line ${index}`).join("\n");
    const failed: StepReport = {
      ...base,
      status: "failed",
      attempts: 3,
      output: { stdout: "", stderr, code: 1 },
      error: { code: "exit-code", message: "It ended with 1." },
    };
    const lines = formatStep(failed, layout).split("\n");
    expect(lines[0]).toContain("exit code 1, tried 3 times");
    expect(lines.slice(1).map((line) => line.trim())).toEqual(["line 4", "line 5", "line 6", "line 7", "line 8"]);
  });

  test("never is wider than the terminal, and lets no control character through", () => {
    const output = `\u001b[2J${"x".repeat(300)}`;
    const [line = ""] = formatStep({ ...base, output }, layout).split("\n");
    expect(line.length).toBeLessThanOrEqual(80);
    const failed: StepReport = { ...base, status: "failed", error: { code: "x", message: "\u001b]0;owned\u0007" } };
    for (const text of [line, formatStep(failed, layout)]) expect(text).not.toContain("\u001b");
  });
});
