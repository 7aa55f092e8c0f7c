import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { HookEvent } from "../events/names.ts";
import type { FailurePolicy } from "../guard/failure-policy.ts";
import type { HookMatcher } from "../registry/hook-matcher.ts";
import type { FingerprintSources } from "../trust/fingerprint.ts";

/** What a hook from a file does. */
export type HookAction =
  | {
      readonly type: "command";
      readonly command: string | readonly [string, ...string[]];
      /** Default: the session's. */
      readonly cwd?: string;
      readonly variables?: Readonly<Record<string, string>>;
      readonly mode: "spawn" | "persistent";
      /** For hooks from Claude Code's settings. */
      readonly claude?: { readonly pluginRoot?: string };
    }
  | { readonly type: "handler"; readonly file: string }
  | {
      readonly type: "http";
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly allowedEnvVars: readonly string[];
    }
  /** Known, but nothing that can be called. */
  | { readonly type: "none"; readonly kind: "broken" | "unsupported"; readonly detail: string };

/** A hook that was found in a file, whatever its format, before it is known whether it may run. */
export interface HookCandidate {
  readonly name: string;
  readonly layer: "user" | "project" | "given" | "settings";
  readonly file: string;
  readonly line?: number;
  readonly events: readonly HookEvent[];
  readonly filter: Pick<
    HookMatcher,
    "matcher" | "if" | "priority" | "parallel" | "background" | "requires" | "identity"
  >;
  readonly timeoutMs: number;
  readonly onFailure: FailurePolicy;
  readonly action: HookAction;
  readonly description: string;
  /** Why its own file turns it off. */
  readonly disabled?: string;
  /** Absent for hooks that do not come with the project. */
  readonly trust?: { readonly key: string; readonly sources: FingerprintSources };
  /** Whether a nearer hook of the same name takes its place. */
  readonly canBeShadowed: boolean;
  readonly diagnostics: readonly Diagnostic[];
}
