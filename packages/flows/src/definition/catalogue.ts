import type { NodeDefinition } from "../nodes/node.ts";
import type { TriggerDefinition } from "../triggers/trigger.ts";

/** What the project offers. What is left out is not checked. */
export interface Catalogue {
  readonly nodes?: ReadonlyMap<string, NodeDefinition> | undefined;
  readonly triggers?: ReadonlyMap<string, TriggerDefinition> | undefined;
  readonly hooks?: ReadonlySet<string> | undefined;
  /** Names of the project's flows. */
  readonly flows?: ReadonlySet<string> | undefined;
  /** Plugins have not been loaded: a name that is not known is a warning, for a plugin may bring it. */
  readonly isPartial?: boolean | undefined;
}
