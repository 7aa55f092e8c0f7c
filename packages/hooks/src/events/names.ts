/** The events of an agent's life, each known by its own name: `HookEvent.PreToolUse` is `"PreToolUse"`. */
export const HookEvent = {
  PreToolUse: "PreToolUse",
  PostToolUse: "PostToolUse",
  PostToolUseFailure: "PostToolUseFailure",
  UserPromptSubmit: "UserPromptSubmit",
  SessionStart: "SessionStart",
  SessionEnd: "SessionEnd",
  Stop: "Stop",
  Notification: "Notification",
  SubagentStart: "SubagentStart",
  SubagentStop: "SubagentStop",
  PreCompact: "PreCompact",
  PermissionRequest: "PermissionRequest",
  Setup: "Setup",
  TeammateIdle: "TeammateIdle",
  TaskCompleted: "TaskCompleted",
  ConfigChange: "ConfigChange",
  WorktreeCreate: "WorktreeCreate",
  WorktreeRemove: "WorktreeRemove",
  // Claude Code knows these as well; a host of ours need not fire them.
  PostToolBatch: "PostToolBatch",
  PermissionDenied: "PermissionDenied",
  UserPromptExpansion: "UserPromptExpansion",
  StopFailure: "StopFailure",
  PostCompact: "PostCompact",
  PreModelSwitch: "PreModelSwitch",
  PostModelSwitch: "PostModelSwitch",
  TaskCreated: "TaskCreated",
  InstructionsLoaded: "InstructionsLoaded",
  CwdChanged: "CwdChanged",
  FileChanged: "FileChanged",
  DirectoryAdded: "DirectoryAdded",
  Elicitation: "Elicitation",
  ElicitationResult: "ElicitationResult",
  MessageDisplay: "MessageDisplay",
} as const;

export type HookEvent = keyof typeof HookEvent;

/** All names, the 18 lifecycle events first. */
export const hookEvents: readonly HookEvent[] = Object.keys(HookEvent) as HookEvent[];

/** The 18 events that hosts of ours dispatch. */
export const lifecycleEvents: readonly HookEvent[] = hookEvents.slice(0, 18);

export function isHookEvent(name: unknown): name is HookEvent {
  return typeof name === "string" && Object.hasOwn(HookEvent, name);
}
