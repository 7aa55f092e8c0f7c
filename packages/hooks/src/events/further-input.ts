/** A call within a finished batch. */
export interface BatchedToolCall {
  readonly tool_name: string;
  readonly tool_input: unknown;
  readonly tool_use_id: string;
  readonly tool_response?: unknown;
}

interface ModelSwitch {
  readonly from_model: string;
  readonly to_model: string;
  readonly requested_model: string | null;
  readonly source: string;
  readonly context_tokens?: number;
  readonly prompt_cache_warm?: boolean;
  readonly cache_ttl?: string;
  readonly estimated_cache_write_usd?: number;
  readonly pricing?: string;
}

/** Own fields of the events that Claude Code has beyond the 18 of the lifecycle. */
export type FurtherHookInput =
  | { readonly hook_event_name: "PostToolBatch"; readonly tool_calls: readonly BatchedToolCall[] }
  | {
      readonly hook_event_name: "PermissionDenied";
      readonly tool_name: string;
      readonly tool_input: unknown;
      readonly tool_use_id: string;
      readonly reason: string;
      readonly mcp_server?: string;
    }
  | {
      readonly hook_event_name: "UserPromptExpansion";
      readonly expansion_type: string;
      readonly command_name: string;
      readonly command_args: string;
      readonly command_source?: string;
      readonly prompt: string;
    }
  | {
      readonly hook_event_name: "StopFailure";
      readonly error: string;
      readonly error_details?: string;
      readonly last_assistant_message?: string;
    }
  | { readonly hook_event_name: "PostCompact"; readonly trigger: string; readonly compact_summary: string }
  | ({ readonly hook_event_name: "PreModelSwitch" } & ModelSwitch)
  | ({ readonly hook_event_name: "PostModelSwitch" } & ModelSwitch)
  | {
      readonly hook_event_name: "TaskCreated";
      readonly task_id: string;
      readonly task_subject: string;
      readonly task_description?: string;
      readonly teammate_name?: string;
      readonly team_name?: string;
    }
  | {
      readonly hook_event_name: "InstructionsLoaded";
      readonly file_path: string;
      readonly memory_type: string;
      readonly load_reason: string;
      readonly globs?: readonly string[];
      readonly trigger_file_path?: string;
      readonly parent_file_path?: string;
    }
  | { readonly hook_event_name: "CwdChanged"; readonly old_cwd: string; readonly new_cwd: string }
  | { readonly hook_event_name: "FileChanged"; readonly file_path: string; readonly event: string }
  | { readonly hook_event_name: "DirectoryAdded"; readonly directory: string; readonly source: string }
  | {
      readonly hook_event_name: "Elicitation";
      readonly mcp_server_name: string;
      readonly message: string;
      readonly mode?: string;
      readonly url?: string;
      readonly elicitation_id?: string;
      readonly requested_schema?: unknown;
    }
  | {
      readonly hook_event_name: "ElicitationResult";
      readonly mcp_server_name: string;
      readonly action: string;
      readonly content?: unknown;
      readonly mode?: string;
      readonly elicitation_id?: string;
    }
  | {
      readonly hook_event_name: "MessageDisplay";
      readonly turn_id: string;
      readonly message_id: string;
      readonly index: number;
      readonly final: boolean;
      readonly delta: string;
    };
