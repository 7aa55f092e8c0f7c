import type { ProcessIdentity } from "./identity.ts";

/** A program to run in a process group of its own. No shell is involved unless `argv` names one. */
export interface ChildOptions {
  readonly argv: readonly [program: string, ...arguments: string[]];
  readonly cwd?: string;
  /** The whole environment of the program. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to its standard input, which is then closed. Default: nothing. */
  readonly stdin?: string | Uint8Array;
  /** Aborting it ends the whole group: TERM, `graceMs`, KILL. */
  readonly signal?: AbortSignal;
  /** Milliseconds between TERM and KILL. Default: 2000. */
  readonly graceMs?: number;
  /** Bytes kept of each stream. Default: 1 MiB. */
  readonly maxOutputBytes?: number;
  /** Beyond the limit: `fail` ends the group, `truncate` drops the rest and says so. Default: `truncate`. */
  readonly overflow?: "fail" | "truncate";
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
  /**
   * Awaited between the birth of the process and the start of the program, so that its identity can be made durable
   * first. When this process dies meanwhile, the program never starts.
   */
  readonly beforeStart?: (identity: ProcessIdentity) => Promise<void>;
  /**
   * Whose child the program is: this process's (`direct`), or a small helper's (`broker`), which starts programs without
   * stopping our event loop while a large memory is copied. Default: `auto`, the broker once this process is large.
   */
  readonly via?: "auto" | "direct" | "broker";
}

export interface ChildResult {
  /** Nothing when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutTruncated: boolean;
  readonly stderrTruncated: boolean;
  /** Whether our own end came first: an abort, or output beyond the limit under `fail`. */
  readonly ended: "aborted" | "overflow" | undefined;
  readonly durationMs: number;
}

/** What an abort before the start leaves. */
export const neverStarted: ChildResult = {
  exitCode: undefined,
  signal: undefined,
  stdout: "",
  stderr: "",
  stdoutTruncated: false,
  stderrTruncated: false,
  ended: "aborted",
  durationMs: 0,
};
