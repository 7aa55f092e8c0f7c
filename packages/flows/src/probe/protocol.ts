import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { PluginPlace } from "../plugins/find-plugins.ts";
import type { DescribedPlugin } from "./described-plugin.ts";

/** What the process that imports plugins for a look is told, in PAWL_PROBE. */
export interface ProbeStart {
  readonly projectDir: string;
  readonly cacheDir: string;
  readonly places: readonly PluginPlace[];
  /** Milliseconds that each may take. */
  readonly importMs: number;
}

/** What was found of one plugin. */
export interface Look {
  /** Nothing when it could not be imported. */
  readonly plugin?: DescribedPlugin;
  readonly diagnostics: readonly Diagnostic[];
  /** It is not to be imported by anybody. */
  readonly isHarmful: boolean;
}

export type FromProbe =
  | { readonly type: "begin"; readonly source: string }
  /** `files` are those of the project that have been imported so far. */
  | { readonly type: "end"; readonly source: string; readonly look: Look; readonly files: readonly string[] };
