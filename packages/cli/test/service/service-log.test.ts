import { appendFileSync, closeSync, mkdtempSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { lastLines, openLog, readAfter, rotateWhenLong, sizeOf } from "../../src/service/service-log.ts";

function logFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "pawl-log-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "logs", "serve.log");
}

function openForTest(file: string): number {
  const handle = openLog(file);
  onTestFinished(() => closeSync(handle));
  return handle;
}

describe("the log of a service", () => {
  test("is moved aside once it is too long, and whoever has it open goes on at its new start", () => {
    const file = logFile();
    const handle = openForTest(file);
    writeSync(handle, "first\n");
    rotateWhenLong(file, 6);
    expect(lastLines(file, 9)).toEqual(["first"]);
    writeSync(handle, "second\n");
    rotateWhenLong(file, 6);
    expect(sizeOf(file)).toBe(0);
    writeSync(handle, "third\n");
    expect(readFileSync(file, "utf8")).toBe("third\n");
    expect(readFileSync(`${file}.1`, "utf8")).toBe("first\nsecond\n");
  });

  test("is read from its end, and a line that the limit cuts in two is left out", () => {
    const file = logFile();
    openForTest(file);
    expect(lastLines(file, 3)).toEqual([]);
    appendFileSync(file, `${"x".repeat(1_048_576)}\na\nb\nc\n`);
    expect(lastLines(file, 2)).toEqual(["b", "c"]);
    expect(lastLines(file, 100)).toEqual(["a", "b", "c"]);
  });

  test("is followed over the moment in which it is emptied", () => {
    const file = logFile();
    const handle = openForTest(file);
    writeSync(handle, "one\ntwo\n");
    const first = readAfter(file, 4);
    expect(first).toEqual({ text: "two\n", position: 8 });
    rotateWhenLong(file, 1);
    writeSync(handle, "3\n");
    expect(readAfter(file, first.position)).toEqual({ text: "3\n", position: 2 });
  });
});
