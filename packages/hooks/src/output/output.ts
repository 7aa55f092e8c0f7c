import type { HookEvent } from "../events/names.ts";
import type { PermissionDecision, PermissionRequestDecision } from "./permission.ts";

/** The plain decision of events that can be blocked. */
export type HookDecision = "approve" | "block";

/**
 * What only some events understand. `hookEventName` is the event it answers.
 * Keys that a host of ours does not use (`sessionTitle`, `watchPaths`, …) reach the verdict's `specific`.
 */
export interface HookSpecificOutput {
  readonly hookEventName?: HookEvent;
  /** `PreToolUse`, `PreModelSwitch`. */
  readonly permissionDecision?: PermissionDecision;
  readonly permissionDecisionReason?: string;
  /** `PreToolUse`: replaces the tool's input. */
  readonly updatedInput?: Readonly<Record<string, unknown>>;
  /** Text for the model. */
  readonly additionalContext?: string;
  /** `PostToolUse`: replaces the tool's result. */
  readonly updatedToolOutput?: unknown;
  /** The same, for tools of MCP servers only. */
  readonly updatedMCPToolOutput?: unknown;
  /** `PermissionRequest`. */
  readonly decision?: PermissionRequestDecision;
  readonly [key: string]: unknown;
}

/** What a hook says when it has finished. Every field is optional; an empty object has no effect. */
export interface SyncHookOutput {
  readonly async?: undefined;
  /** `false` stops the agent; it beats every other field. */
  readonly continue?: boolean;
  readonly stopReason?: string;
  readonly suppressOutput?: boolean;
  readonly decision?: HookDecision;
  readonly reason?: string;
  /** Text for the person, not for the model. */
  readonly systemMessage?: string;
  readonly hookSpecificOutput?: HookSpecificOutput;
}

/** What a hook says when it goes on working while the agent does. */
export interface AsyncHookOutput {
  readonly async: true;
  /** Milliseconds until the late answer is no longer waited for. Default: the hook's own time-out. */
  readonly asyncTimeout?: number;
  /** The late answer; its context is handed to `onAsyncResult`. Never written as JSON. */
  readonly result?: Promise<HookOutput | void>;
}

export type HookOutput = SyncHookOutput | AsyncHookOutput;

export function isAsyncOutput(output: HookOutput): output is AsyncHookOutput {
  return output.async === true;
}
