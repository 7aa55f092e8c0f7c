import type { EventLog, LoadedProject, ToolUseHost } from "@pawl/flows";
import type { LoadedHooks } from "@pawl/hooks";
import { hookLoadOptions, mayHaveHooks } from "./load-options.ts";
import type { HooksSource } from "./mount-hooks.ts";

/** The lifecycle hooks of a project whose runs are executed here. */
export interface ProjectHooks extends HooksSource {
  /** For the engine: hooks meet every step. */
  readonly toolUse: ToolUseHost;
  /** Fires the session events of runs. */
  follow(events: EventLog): void;
  close(): Promise<void>;
}

export interface ProjectHooksOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * For a server: hooks are read again when their files change, which is a `ConfigChange`, and there is a `Setup` at the
   * start. Default: read once, and nothing at all when the project has no hooks.
   */
  readonly isServer?: boolean;
}

export async function openProjectHooks(
  { project, config }: LoadedProject,
  { env = process.env, isServer = false }: ProjectHooksOptions = {},
): Promise<ProjectHooks | undefined> {
  if (!isServer && !mayHaveHooks(project, config, env)) return undefined;
  const [{ loadHooks, watchHooks }, { createAgentHooks }] = await Promise.all([
    import("@pawl/hooks"),
    import("@pawl/flows"),
  ]);
  const options = hookLoadOptions(project, config, env);
  const session = { session_id: "", transcript_path: "", cwd: project.dir };
  const mayChange = async (current: LoadedHooks, file: string): Promise<boolean> => {
    const change = { ...session, source: "hooks", file_path: file } as const;
    return !(await current.registry.run("ConfigChange", change)).blocked;
  };
  const live = isServer ? watchHooks({ ...options, mayChange }) : fixed(loadHooks(options));
  const agent = createAgentHooks({ registry: () => live.current.registry, projectDir: project.dir });
  if (isServer) await live.current.registry.run("Setup", { ...session, trigger: "boot" });
  let stopFollowing = (): void => {};
  return {
    get current() {
      return live.current;
    },
    toolUse: agent.toolUse,
    follow(events) {
      stopFollowing = agent.follow(events);
    },
    async close() {
      stopFollowing();
      await agent.settled();
      await live.close();
    },
  };
}

function fixed(current: LoadedHooks): HooksSource & { close(): Promise<void> } {
  return { current, close: () => current.retire() };
}
