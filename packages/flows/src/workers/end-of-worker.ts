/** How much of what a worker wrote on its way out is looked at. */
export const lastWordsLength = 4_096;

export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why we ended it; nothing when it ended by itself. */
  readonly reason: string | undefined;
  /** The end of its standard error. */
  readonly lastWords: string;
  readonly memoryMb: number | undefined;
}

/** To be read after "It ended:". */
export function howItEnded({ code, signal, reason, lastWords, memoryMb }: WorkerEnd): string {
  if (reason !== undefined) return reason;
  if (/heap out of memory|allocation failed/i.test(lastWords)) {
    return `out of memory${memoryMb === undefined ? "" : ` (workers have ${memoryMb} MB)`}`;
  }
  if (signal !== null) return `killed by ${signal}`;
  const error = /^\s*(?:[A-Z]\w*)?(?:Error|Exception)\b.*$/m.exec(lastWords)?.[0].trim();
  return `exit code ${code}${error === undefined ? "" : ` (${error})`}`;
}
