import type { ExpressionFunction } from "../expression/expression-function.ts";
import type { StepExecutionHook } from "../hooks/step-hook.ts";
import type { NodeDefinition } from "../nodes/node.ts";
import type { InputCollector } from "../questions/input-collector.ts";
import type { TriggerDefinition } from "../triggers/trigger.ts";
import type { PluginIsolation } from "./plugin-isolation.ts";

/** What a plugin brings. Each list may be left out. */
export interface Plugin {
  /** Shown wherever the plugin is at fault. */
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs differ from node to node, and only the node's own schema knows them.
  readonly nodes?: readonly NodeDefinition<any>[];
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly triggers?: readonly TriggerDefinition<any>[];
  /** Instances, not classes. They meet every step of every flow. */
  readonly hooks?: readonly StepExecutionHook[];
  /** Asked in order for values that a run lacks, before a person is. */
  readonly inputCollectors?: readonly InputCollector[];
  /** Helpers for `${{ … }}`. */
  readonly functions?: readonly ExpressionFunction[];
  /**
   * Runs every node of it apart, and keeps all of it out of the process that runs flows, which knows its nodes by their
   * description. Such a plugin brings nodes only. Default: it is imported where runs are.
   */
  readonly isolate?: PluginIsolation;
}

/** The default export of a file in `plugins/`, or of a package with the keyword `pawl-plugin`. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}
