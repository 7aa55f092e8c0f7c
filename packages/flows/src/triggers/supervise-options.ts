import type { Clock, Logger } from "@pawl/hooks/guard";
import type { Flow } from "../definition/flow.ts";
import type { Engine } from "../engine/engine.ts";
import type { HttpHost } from "../http/mount.ts";
import type { Secrets } from "../masking/secrets.ts";
import type { TriggerRegistry } from "./registry.ts";
import type { TriggerStatus } from "./status.ts";

export interface SuperviseOptions {
  /** What events are given to: they start runs, or whatever else it makes of them. */
  readonly engine: Pick<Engine, "start" | "store">;
  readonly flows: readonly Flow[];
  readonly projectDir: string;
  /** Where webhooks are mounted. Without it they fail, and say so. */
  readonly http?: HttpHost | undefined;
  /** Default: the built-in triggers. */
  readonly registry?: TriggerRegistry | undefined;
  /** Default: this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Default: those that flows declare. */
  readonly secrets?: Secrets | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: Logger | undefined;
  /** Milliseconds that a trigger may take to stop. Default: 5000. */
  readonly graceMs?: number | undefined;
}

/** Other code for the triggers. */
export interface RenewedTriggers {
  readonly registry: TriggerRegistry;
  /** Names of triggers whose code is another one, or gone: they are started anew. */
  readonly renewed: ReadonlySet<string>;
}

/** Keeps the triggers of a set of flows alive. */
export interface TriggerSupervisor {
  /** Resolves when every trigger runs, or is known not to. */
  ready(): Promise<void>;
  /** In the order of the flows. */
  status(): readonly TriggerStatus[];
  /**
   * Takes these flows in place of those before: starts what is new, stops what is gone, starts anew what has changed. A
   * trigger whose own lines are the same goes on without a pause, and starts runs of the new definition.
   */
  update(flows: readonly Flow[], code?: RenewedTriggers): Promise<void>;
  /** Stops all triggers. Events that were accepted have their runs. */
  close(): Promise<void>;
}
