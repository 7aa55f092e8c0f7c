import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { HookEvent } from "../events/names.ts";
import type { HookRequirements } from "../guard/eligibility.ts";
import type { FailurePolicy } from "../guard/failure-policy.ts";

/** Milliseconds a command of a hook file may take that says nothing about it. */
export const defaultManifestTimeoutMs = 60_000;

/** What a `HOOK.md` says. */
export interface HookManifest {
  readonly name: string;
  readonly events: readonly HookEvent[];
  readonly matcher?: string;
  /** A permission rule on the tool call. */
  readonly if?: string;
  readonly timeoutMs: number;
  /** Given to `sh -c`, or, with `args`, started directly. */
  readonly command?: string;
  readonly args?: readonly string[];
  /** A module whose default export is the hook; relative to the folder. */
  readonly handler?: string;
  readonly requires?: HookRequirements;
  readonly enabled: boolean;
  readonly priority: number;
  readonly onFailure: FailurePolicy;
  readonly parallel?: boolean;
  readonly background?: boolean;
  /** Added to the environment of the command. */
  readonly env: Readonly<Record<string, string>>;
  /** `persistent`: the program is started once and answers line by line. */
  readonly mode: "spawn" | "persistent";
  /** The text below the front matter. */
  readonly description: string;
  /** Where the matcher is written. */
  readonly line?: number;
}

/** What is known of a hook file that cannot be used as it is. */
export interface BrokenManifest {
  readonly name: string | undefined;
  /** Empty: unknown. */
  readonly events: readonly HookEvent[];
  readonly onFailure: FailurePolicy;
  /** One sentence. */
  readonly reason: string;
}

export interface ParsedManifest {
  readonly manifest?: HookManifest;
  readonly broken?: BrokenManifest;
  readonly diagnostics: readonly Diagnostic[];
}
