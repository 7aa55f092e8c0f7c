// What is exported here is public.

export type { Flow, ParsedFlow, Step } from "./definition/flow.ts";
export { hashOf, type ParseOptions, parseFlow } from "./definition/parse-flow.ts";
export { type CompiledTemplate, compileTemplate, prepareTemplates } from "./expression/compile-template.ts";
export { type ExpressionCode, ExpressionError } from "./expression/expression-error.ts";
export type { ExpressionScope, Template } from "./expression/template.ts";
export { isTruthy } from "./expression/truthy.ts";
export type { Json, JsonObject } from "./json.ts";
