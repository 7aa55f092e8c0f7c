import type { ExitCode } from "./exit-codes.ts";
import type { Terminal } from "./output/terminal.ts";

/** Names that a shell can complete. */
export type Completable = "flow" | "run" | "step" | "file" | "asking-run" | "asking-step";

export interface CommandArgument {
  /** `<name>` when it is needed, `[name]` when not, `[names...]` for several. */
  readonly name: string;
  readonly description: string;
  readonly complete?: Completable;
}

export interface CommandOption {
  /** As commander reads it: `-f, --follow`, `--limit <count>`. */
  readonly flags: string;
  readonly description: string;
  readonly default?: string | boolean;
  /** May be given several times; its value is a list. */
  readonly isList?: boolean;
  readonly complete?: Completable;
}

/** What a command is called with. */
export interface Call {
  /** Positional arguments as typed; one that was left out is absent. */
  readonly arguments: readonly string[];
  /** By name in camel case. */
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly terminal: Terminal;
  readonly cwd: string;
  /** The folder of `--project`, else where the command was called. */
  readonly projectFrom: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isVerbose: boolean;
  /** Aborted by Ctrl-C (reason: "SIGINT") or SIGTERM; a second Ctrl-C ends the process. */
  readonly signal: AbortSignal;
  /** All commands there are; for completion. */
  readonly commands: readonly CommandEntry[];
}

/** What the file of a command exports as `command`. It imports what it needs where it needs it. */
export interface Command {
  readonly arguments?: readonly CommandArgument[];
  readonly options?: readonly CommandOption[];
  /** Whether `--json` is offered. Every command that reads has it. */
  readonly json?: boolean;
  /** It runs until it is asked to end: a clean end after SIGTERM is what was wanted, and exits 0. */
  readonly endsWhenAsked?: boolean;
  /** Whether Ctrl-C is how it is ended, and says nothing about what it did: then its own exit code stays. */
  readonly keepsExitCode?: (call: Pick<Call, "options">) => boolean;
  /** A paragraph for its help page. */
  readonly details?: string;
  /** As they are typed. */
  readonly examples?: readonly string[];
  /** @throws CommandError */
  run(call: Call): Promise<ExitCode | void>;
}

/** An entry of the list of commands: known by name, its file loaded when it is called. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** The heading below which help shows it. */
  readonly group?: "Flows" | "Runs" | "Project" | "Hooks" | "Networks";
  readonly isHidden?: boolean;
  readonly load?: () => Promise<{ readonly command: Command }>;
  readonly commands?: readonly CommandEntry[];
}
