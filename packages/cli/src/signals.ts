import { type ExitCode, exitCodes } from "./exit-codes.ts";

export interface Signals {
  readonly signal: AbortSignal;
  /** What the process should exit with because of a signal, if one came. */
  exitCode(): ExitCode | undefined;
}

const codes = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated } as const;

/** The first Ctrl-C or SIGTERM asks the command to end; a second one ends the process at once. */
export function watchSignals(endNow: (code: ExitCode) => void): Signals {
  const controller = new AbortController();
  let came: ExitCode | undefined;
  const onSignal = (name: keyof typeof codes): void => {
    if (came !== undefined) endNow(codes[name]);
    came = codes[name];
    controller.abort(name);
  };
  process.on("SIGINT", () => onSignal("SIGINT"));
  process.on("SIGTERM", () => onSignal("SIGTERM"));
  return { signal: controller.signal, exitCode: () => came };
}
