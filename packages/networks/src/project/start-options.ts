import type { Engine, Flow, HttpMount, Mask, ProvidedModules } from "@pawl/flows";
import type { Clock, Logger } from "@pawl/hooks/guard";
import type { FeedOptions } from "../initiators/trigger-feed.ts";
import type { Transport } from "../transport/transport.ts";

export interface StartNetworksOptions {
  readonly transport: Transport;
  /** Default: all of the project, `networks/*.yaml`. */
  readonly files?: readonly string[];
  /** Ids of the pods that run here, for one file; the others run elsewhere. Default: all. */
  readonly pods?: readonly string[];
  /** Where gateways, sinks and the API are mounted. Without it networks run unreachable. */
  readonly http?: HttpMount;
  /** Also the short paths (`/trigger`, `/output`, …). */
  readonly atRoot?: boolean;
  /** What else the process counts, for `/metrics` beside those. */
  readonly metrics?: () => Promise<string>;
  /** What feeds pods by triggers. Without it such a pod waits in vain, and a warning says so. */
  readonly triggers?: Omit<FeedOptions, "projectDir" | "log">;
  /** What runs pods that are flows. */
  readonly flows?: {
    readonly engine: Engine;
    readonly findFlow: (name: string) => Flow | undefined | Promise<Flow | undefined>;
  };
  /** Whether auto-triggers and triggers run. Default: true. */
  readonly startsByItself?: boolean;
  readonly isStrict?: boolean;
  /** Modules that pods can import beside Pawl's own. */
  readonly provide?: ProvidedModules;
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Hides secrets in the log, and in what is kept of errors. Messages stay as they are. */
  readonly mask?: Mask;
}
