import type { PluginPlace } from "../plugins/find-plugins.ts";
import { probePlugins } from "../probe/probe.ts";
import type { Verdict } from "../probe/verdicts.ts";
import type { Project } from "./find-project.ts";
import { type LoadOptions, loadConfig, loaderOf } from "./load-project.ts";
import { limitsIn } from "./plugin-settings.ts";

export interface LookOptions extends Pick<LoadOptions, "provide" | "probe"> {
  /** Whether the configuration may be imported, which has the limits of imports. Default: the limits are the usual ones. */
  readonly importConfig?: boolean;
}

/**
 * Looks at plugins anew, whatever is known of them, and remembers what came of it: one that did harm because of something
 * else than its text can be used from here on.
 */
export async function lookAtPlugins(
  project: Project,
  places: readonly PluginPlace[],
  options: LookOptions,
): Promise<ReadonlyMap<string, Verdict>> {
  const limits = options.importConfig
    ? limitsIn((await loadConfig(project, await loaderOf(project, options))).config)
    : {};
  return (await probePlugins(project, places, { ...options.probe, ...limits, isFresh: true })).verdicts;
}
