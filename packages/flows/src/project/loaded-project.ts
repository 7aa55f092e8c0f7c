import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { FunctionSet } from "../expression/function-set.ts";
import type { StepExecutionHook } from "../hooks/step-hook.ts";
import type { BuiltInNode } from "../nodes/built-in.ts";
import type { NodeRegistry } from "../nodes/registry.ts";
import type { LoadedPlugin } from "../plugins/check-plugin.ts";
import type { InputCollector } from "../questions/input-collector.ts";
import type { TriggerRegistry } from "../triggers/registry.ts";
import type { ProjectConfig } from "./config.ts";
import type { Project } from "./find-project.ts";
import type { ImportedCode } from "./imported-code.ts";

/** A project with everything that its code brings. */
export interface LoadedProject {
  readonly project: Project;
  readonly config: ProjectConfig;
  readonly plugins: readonly LoadedPlugin[];
  /** What the plugins were imported from. */
  readonly code: ImportedCode;
  /** The part of the diagnostics that is about the configuration. */
  readonly configDiagnostics: readonly Diagnostic[];
  readonly nodes: NodeRegistry;
  /** Those among them that the host has beside the built-in ones. */
  readonly hostNodes: readonly BuiltInNode[];
  readonly triggers: TriggerRegistry;
  /** Step hooks in order of registration. */
  readonly hooks: readonly StepExecutionHook[];
  /** In the order in which they are asked. */
  readonly inputCollectors: readonly InputCollector[];
  /** What expressions can call beside the functions of Pawl. */
  readonly functions: FunctionSet;
  /** What is wrong outside of flow files. None of it keeps the rest from being used. */
  readonly diagnostics: readonly Diagnostic[];
  /** The project has code that was not imported, so that a name which is not known may still exist. */
  readonly isPartial: boolean;
}
