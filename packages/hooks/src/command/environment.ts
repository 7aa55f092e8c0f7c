import type { HookInput } from "../events/input.ts";
import { currentTraceparent } from "../guard/telemetry.ts";

/** What a hook program finds in its environment beside what it inherits. */
export interface CommandEnvironment {
  /** What is inherited. Default: this process's environment. */
  readonly inherited?: Readonly<Record<string, string | undefined>>;
  /** Names that are not inherited: secrets. `*` at the end stands for any ending. */
  readonly without?: readonly string[];
  /** Variables of the hook's own. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly projectDir?: string;
  /** For hooks from Claude Code settings: its variables too. */
  readonly claude?: { readonly pluginRoot?: string; readonly envFile?: string };
}

/** Events whose hooks may leave `export` lines for the session in `CLAUDE_ENV_FILE`. */
const eventsWithEnvFile: ReadonlySet<string> = new Set(["SessionStart", "Setup", "CwdChanged", "FileChanged"]);

/** The variables that we set for one call; the rest is inherited. */
export function callVariables(input: HookInput, options: CommandEnvironment): Record<string, string> {
  const { claude } = options;
  const projectDir = options.projectDir ?? input.cwd;
  return {
    ...programVariables(options, projectDir),
    PAWL_EVENT: input.hook_event_name,
    PAWL_SESSION_ID: input.session_id,
    ...present("TRACEPARENT", currentTraceparent()),
    ...(claude && eventsWithEnvFile.has(input.hook_event_name) ? present("CLAUDE_ENV_FILE", claude.envFile) : {}),
  };
}

/** The variables that are the same for every call: all that a persistent program gets. */
export function programVariables(
  options: CommandEnvironment,
  projectDir: string | undefined = options.projectDir,
): Record<string, string> {
  const { claude } = options;
  return {
    ...options.variables,
    ...present("PAWL_PROJECT_DIR", projectDir),
    ...(claude ? present("CLAUDE_PROJECT_DIR", projectDir) : {}),
    ...(claude ? present("CLAUDE_PLUGIN_ROOT", claude.pluginRoot) : {}),
  };
}

/** The whole environment of a program. */
export function environmentOf(
  options: CommandEnvironment,
  variables: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = { ...(options.inherited ?? process.env) };
  for (const pattern of options.without ?? []) {
    if (!pattern.endsWith("*")) delete env[pattern];
    else for (const name of Object.keys(env)) if (name.startsWith(pattern.slice(0, -1))) delete env[name];
  }
  return Object.assign(env, variables);
}

function present(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}
