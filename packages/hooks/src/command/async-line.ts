import type { AsyncHookOutput } from "../output/output.ts";

const longestFirstLine = 4_096;

/**
 * Looks for the first-line protocol: a program that prints `{"async":true}` as its first line goes on working while
 * its host does.
 * @returns a function that is fed with standard output as it comes
 */
export function watchForAsync(found: (output: AsyncHookOutput) => void): (text: string) => void {
  let line = "";
  let isOver = false;
  return (text) => {
    if (isOver) return;
    line += text.slice(0, longestFirstLine);
    const end = line.indexOf("\n");
    if (end === -1 && line.length < longestFirstLine) return;
    isOver = true;
    const output = end === -1 ? undefined : asyncOutputOf(line.slice(0, end));
    if (output) found(output);
  };
}

function asyncOutputOf(line: string): AsyncHookOutput | undefined {
  if (!line.trimStart().startsWith("{")) return undefined;
  try {
    const { async: isAsync, asyncTimeout, async_timeout = asyncTimeout } = JSON.parse(line);
    if (isAsync !== true) return undefined;
    return typeof async_timeout === "number" ? { async: true, asyncTimeout: async_timeout } : { async: true };
  } catch {
    return undefined;
  }
}

/** Standard output without the line that announced it. */
export function withoutFirstLine(stdout: string): string {
  return stdout.slice(stdout.indexOf("\n") + 1);
}
