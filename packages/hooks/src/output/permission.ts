/** What a permission rule says about a tool. */
export type PermissionLevel = "allow" | "deny" | "ask";

/** What a hook says about one tool call; `defer` leaves it to whoever asked. */
export type PermissionDecision = "allow" | "deny" | "ask" | "defer";

export interface PermissionRule {
  readonly toolName: string;
  readonly ruleContent?: string;
}

/** Where a changed permission is kept. */
export type PermissionDestination = "session" | "localSettings" | "projectSettings" | "userSettings";

/** A change of permissions, asked for by a hook or suggested to one. */
export type PermissionUpdate =
  | { readonly tool: string; readonly permission: PermissionLevel }
  | {
      readonly type: "addRules" | "replaceRules" | "removeRules";
      readonly rules: readonly PermissionRule[];
      readonly behavior: PermissionLevel;
      readonly destination: PermissionDestination;
    }
  | { readonly type: "setMode"; readonly mode: string; readonly destination: PermissionDestination }
  | {
      readonly type: "addDirectories" | "removeDirectories";
      readonly directories: readonly string[];
      readonly destination: PermissionDestination;
    };

/** The answer to a `PermissionRequest`. */
export type PermissionRequestDecision =
  | {
      readonly behavior: "allow";
      readonly updatedInput?: Readonly<Record<string, unknown>>;
      readonly updatedPermissions?: readonly PermissionUpdate[];
    }
  | { readonly behavior: "deny"; readonly message?: string; readonly interrupt?: boolean };
