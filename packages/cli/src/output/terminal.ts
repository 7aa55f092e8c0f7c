import { createColors } from "picocolors";

type Colors = ReturnType<typeof createColors>;

/** Where a command writes. Results go to `out`, everything else to `note`. */
export interface Terminal {
  out(line: string): void;
  /** Text as it is, without a line break. */
  write(text: string): void;
  note(line: string): void;
  json(value: unknown): void;
  readonly colors: Colors;
  /** Whether a person sits before `out`. */
  readonly isInteractive: boolean;
  /** Columns of `out`. Default: 80. */
  readonly width: number;
}

/** Whether words may be coloured: NO_COLOR wins over FORCE_COLOR, which wins over what the stream is. */
export function wantsColor(env: Readonly<Record<string, string | undefined>>, isTty: boolean): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return isTty && env.TERM !== "dumb" && !env.CI;
}

export function createTerminal(env: Readonly<Record<string, string | undefined>> = process.env): Terminal {
  const { stdout, stderr } = process;
  const isTty = stdout.isTTY === true;
  return {
    out: (line) => void stdout.write(`${line}\n`),
    write: (text) => void stdout.write(text),
    note: (line) => void stderr.write(`${line}\n`),
    json: (value) => void stdout.write(`${JSON.stringify(value, undefined, isTty ? 2 : undefined)}\n`),
    colors: createColors(wantsColor(env, isTty)),
    isInteractive: isTty && !env.CI && env.TERM !== "dumb",
    get width() {
      return stdout.columns || 80;
    },
  };
}

/** A reader that goes away (`pawl runs | head -1`) ends the command quietly. */
export function endQuietlyOnClosedPipe(end: () => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      end();
    });
  }
}
