import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, wordsOf } from "./command-line.ts";

export interface FailedRun {
  readonly exitCode: number | undefined;
  readonly stderr: string;
}

/** How shells and interpreters say that they did not find the file they were to run. */
const complaint = /can't open|cannot open|no such file|not found|cannot find module|permission denied/i;
/** Python and dash answer 2, which also means a block: only their own words for it are believed then. */
const complaintWithBlockCode = /can't open file|(?:can't|cannot) open /i;
const interpreter = /^(?:env|python[\d.]*|pypy\d?|node|deno|bun|tsx|ruby|perl|php|sh|bash|dash|zsh|ksh|source|\.)$/;

/**
 * The script or program that was not there, when that is why the command failed. Only believed when the interpreter
 * complains about the file that the command line tells it to run, and that file does not exist.
 */
export function missingScript(command: Command, cwd: string, run: FailedRun): string | undefined {
  if (run.exitCode === undefined || run.exitCode === 0) return undefined;
  const said = run.stderr.slice(0, 4_000);
  if (!(run.exitCode === 2 ? complaintWithBlockCode : complaint).test(said)) return undefined;
  const words = wordsOf(command);
  if (run.exitCode === 127) return words.find((word) => said.includes(`${word}: `));
  return scriptsOf(words).find((word) => said.includes(lastPart(word)) && !existsSync(resolve(cwd, word)));
}

/** The words that name a file to run: the first one, and those that an interpreter is given. */
function scriptsOf(words: readonly string[]): string[] {
  const named = words.filter((word) => !word.startsWith("-"));
  return named.filter((word, index) => isPath(word) && (index === 0 || interpreter.test(lastPart(named[index - 1]!))));
}

/** Has a slash or an ending, and nothing that only a shell could read. */
function isPath(word: string): boolean {
  return (word.includes("/") || /\.\w+$/.test(word)) && !/[$`*?]/.test(word);
}

function lastPart(word: string): string {
  return word.slice(word.lastIndexOf("/") + 1);
}
