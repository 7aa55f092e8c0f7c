// What is exported here is public.
export { type Catalogue, type Described, type Names, namesOf } from "./definition/catalogue.ts";
export { type DefinitionCode, definitionCodes } from "./definition/codes.ts";
export { describeInput, type InputDescription } from "./definition/describe-input.ts";
export type { Flow, FlowInput, FlowTrigger, ParsedFlow, Step } from "./definition/flow.ts";
export { flowSchema } from "./definition/flow-schema.ts";
export { hashOf, type ParseOptions, parseFlow } from "./definition/parse-flow.ts";
export {
  type Durability,
  type RunBody,
  RunCancelled,
  type RunFilter,
  RunInterrupted,
  type RunOutcome,
  type RunScope,
  type StartedRun,
  type StepAttempt,
  type StepEnd,
  type StepStart,
  type Worker,
  type WorkOptions,
} from "./durability/durability.ts";
export { type DueOptions, pruneWhenDue } from "./durability/prune-when-due.ts";
export {
  type AttemptRecord,
  beganAt,
  type Failure,
  type NewRun,
  type Owner,
  type RunRecord,
  type RunStatus,
  type RunTrigger,
  type StepRecord,
  type StepStatus,
} from "./durability/records.ts";
export {
  createMemoryStore,
  type MemoryStoreOptions,
  openSqliteStore,
  type SqliteStoreOptions,
} from "./durability/sqlite-store.ts";
export {
  type Lease,
  type Leases,
  type Pruned,
  type Retention,
  type RetentionRule,
  type StateStore,
  type Store,
  StoreError,
} from "./durability/store.ts";
export { createEngine } from "./engine/create-engine.ts";
export type { Engine, EngineCode, EngineOptions, ExecuteOptions, StartOptions } from "./engine/engine.ts";
export { EngineError, ReplayError, RunNotFoundError, RunOwnedError } from "./engine/errors.ts";
export { InputError } from "./engine/input-error.ts";
export { type FlowPlan, type PlanOptions, planInputs } from "./engine/plan-inputs.ts";
export { readRunInputs } from "./engine/read-run-inputs.ts";
export { type RunReport, type StepReport, toRunReport } from "./engine/run-report.ts";
export type { EventLimits } from "./events/event-budget.ts";
export type { EventLog, LoggedEvent, NewEvent } from "./events/event-log.ts";
export { type EventType, eventTypes } from "./events/event-types.ts";
export { type ExecutionCode, executionCodes } from "./execution/codes.ts";
export { approvalSignal, type Decision, inputSignal } from "./execution/records/approval.ts";
export { functionListings } from "./expression/cel-functions.ts";
export { type CompiledTemplate, compileTemplate, prepareTemplates } from "./expression/compile-template.ts";
export { type ExpressionCode, ExpressionError, expressionCodes } from "./expression/expression-error.ts";
export {
  type ExpressionFunction,
  expressionFunction,
  signatureOf,
  type ValueType,
} from "./expression/expression-function.ts";
export type { FunctionEntry, FunctionSet } from "./expression/function-set.ts";
export type { ExpressionScope, Template } from "./expression/template.ts";
export { isTruthy } from "./expression/truthy.ts";
export { type AgentHooks, type AgentHooksOptions, createAgentHooks } from "./hooks/agent-hooks.ts";
export { checkStepHook } from "./hooks/order-hooks.ts";
export type { HookedStep, StepExecutionHook, StepInputs } from "./hooks/step-hook.ts";
export type { StepMetrics } from "./hooks/step-metrics.ts";
export type { ToolUse, ToolUseHost, ToolVerdict } from "./hooks/tool-use.ts";
export { type Asked, answering } from "./http/answering.ts";
export { type ProblemCodes, requestCodes } from "./http/codes.ts";
export { HttpAnswer, type HttpRequest, type RequestHeaders } from "./http/message.ts";
export {
  type HttpHost,
  type HttpListener,
  type HttpMount,
  type RouteAnswer,
  type RouteContext,
  type RouteHandler,
  type RouteOptions,
  RouteTakenError,
} from "./http/mount.ts";
export {
  defineOperation,
  type Operation,
  type OperationAccess,
  type OperationAnswer,
  type OperationBody,
  type OperationSource,
} from "./http/operation.ts";
export { json, type ProblemOptions, problem } from "./http/problem.ts";
export { RateLimit, RateLimits } from "./http/rate-limit.ts";
export { readAnnounced, readBody } from "./http/read-body.ts";
export type { Json, JsonObject } from "./json.ts";
export { createMask, type Mask, type MaskOptions, maskedError } from "./masking/mask.ts";
export { shownRun } from "./masking/masked-run.ts";
export { shown } from "./masking/reference.ts";
export { createSecrets, type Secrets, type SecretsOptions } from "./masking/secrets.ts";
export type { BuiltInNode } from "./nodes/built-in.ts";
export {
  type Ask,
  type AskedInput,
  type InputSchema,
  type NodeContext,
  type NodeDefinition,
  NodeError,
  type NodeFailure,
  NodeResult,
  type NodeState,
  node,
  TransientError,
} from "./nodes/node.ts";
export { createNodeRegistry, type NodeListing, type NodeRegistry, type NodeSource } from "./nodes/registry.ts";
export { checkPlugin, type LoadedPlugin } from "./plugins/check-plugin.ts";
export { pluginCodes } from "./plugins/codes.ts";
export { missingPlugins, type PluginPlace, packagePlugin } from "./plugins/find-plugins.ts";
export { loadPlugin, type PluginAttempt } from "./plugins/load-plugin.ts";
export { dependenciesOf, type Manifest, pluginKeyword, readManifest } from "./plugins/manifest.ts";
export { createModuleLoader, type ModuleLoader, type ProvidedModules } from "./plugins/module-loader.ts";
export { definePlugin, type Plugin } from "./plugins/plugin.ts";
export type { PluginIsolation } from "./plugins/plugin-isolation.ts";
export { ownVersion, versionProblem } from "./plugins/version-problem.ts";
export type { DescribedPlugin } from "./probe/described-plugin.ts";
export type { Findings, ImportLimits, ProbeOptions } from "./probe/probe.ts";
export { projectCodes } from "./project/codes.ts";
export {
  defineConfig,
  type LifecycleHooksConfig,
  type ProjectConfig,
  type ServerConfig,
  type WorkersConfig,
} from "./project/config.ts";
export { configFiles, findProject, type Project } from "./project/find-project.ts";
export {
  type FlowFile,
  type FlowSet,
  parseFlowFile,
  parseFlowFiles,
  readFlowFile,
  readFlowFiles,
} from "./project/flow-files.ts";
export type { ImportedCode, ImportedPlugin } from "./project/imported-code.ts";
export { type KeptPlugin, type KeptPlugins, readKeptPlugins, writeKeptPlugins } from "./project/kept-plugins.ts";
export { type LoadNodesOptions, loadNodes } from "./project/load-nodes.ts";
export { type LoadOptions, loaderOf, loadProject, pluginsOf } from "./project/load-project.ts";
export type { LoadedProject } from "./project/loaded-project.ts";
export { type LookOptions, lookAtPlugins } from "./project/look-at-plugins.ts";
export { type BrokenPlugin, type ReloadedProject, reloadProject } from "./project/reload-project.ts";
export { userStateDir } from "./project/state-folder.ts";
export { distrustProject, isTrusted, trustProject } from "./project/trusted-projects.ts";
export { mayDecide, sendDecision, sendInput, type Verdict } from "./questions/answer.ts";
export { type Answered, answersTo } from "./questions/answered.ts";
export { collectInput } from "./questions/collect-input.ts";
export {
  type CollectorContext,
  type InputCollector,
  inputCollector,
  type WantedInput,
} from "./questions/input-collector.ts";
export { openQuestions, openQuestionsBelow, type Question } from "./questions/question.ts";
export { checkAnswer, type ReadAnswer, readAnswer } from "./questions/read-answer.ts";
export { type TriggerCode, triggerCodes } from "./triggers/codes.ts";
export { emitAll } from "./triggers/emit-all.ts";
export {
  createTriggerRegistry,
  type TriggerListing,
  type TriggerRegistry,
  type TriggerSource,
} from "./triggers/registry.ts";
export type { TriggerCounts, TriggerHealth, TriggerStatus } from "./triggers/status.ts";
export { superviseTriggers } from "./triggers/supervise.ts";
export type { RenewedTriggers, SuperviseOptions, TriggerSupervisor } from "./triggers/supervise-options.ts";
export {
  type Accepted,
  type EmitterTrigger,
  event,
  type GeneratorTrigger,
  type TriggerContext,
  type TriggerDefinition,
  TriggerError,
  type TriggerEvent,
  type TriggerState,
  trigger,
} from "./triggers/trigger.ts";
export { webhookCodes } from "./triggers/webhook/codes.ts";
