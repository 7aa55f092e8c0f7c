import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { HookEvent } from "../events/names.ts";
import type { FailurePolicy } from "../guard/failure-policy.ts";

/** One handler of a settings file, with the group it stands in. */
export interface SettingsHandler {
  readonly event: HookEvent;
  readonly matcher?: string;
  readonly if?: string;
  readonly timeoutMs: number;
  readonly onFailure: FailurePolicy;
  readonly action: SettingsAction;
  /** The line it begins on. */
  readonly line: number;
}

export type SettingsAction =
  | {
      readonly type: "command";
      readonly command: string;
      /** Present: no shell; the words are given as they are. */
      readonly args?: readonly string[];
      readonly shell: "bash" | "powershell" | undefined;
      readonly isAsync: boolean;
    }
  | {
      readonly type: "http";
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly allowedEnvVars: readonly string[];
    }
  /** A handler that no host of ours can run yet, or that cannot be read. */
  | { readonly type: "unusable"; readonly kind: string; readonly detail: string };

/** What a settings file says about hooks. */
export interface Settings {
  readonly handlers: readonly SettingsHandler[];
  readonly isDisabled: boolean;
  /** Patterns with `*`; nothing when the file has no list. */
  readonly allowedHttpHookUrls: readonly string[] | undefined;
  readonly httpHookAllowedEnvVars: readonly string[] | undefined;
}

export interface ParsedSettings {
  readonly settings?: Settings;
  readonly diagnostics: readonly Diagnostic[];
}
