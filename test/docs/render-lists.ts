import { z } from "zod";
import { exitCodeMeanings, exitCodes } from "../../packages/cli/src/exit-codes.ts";
import { ownNodes } from "../../packages/cli/src/open-project.ts";
import { serverCodes } from "../../packages/cli/src/server/codes.ts";
import { definitionCodes } from "../../packages/flows/src/definition/codes.ts";
import { executionCodes } from "../../packages/flows/src/execution/codes.ts";
import type { ProblemCodes } from "../../packages/flows/src/http/codes.ts";
import { builtInNodes } from "../../packages/flows/src/nodes/built-in.ts";
import { pluginCodes } from "../../packages/flows/src/plugins/codes.ts";
import { projectCodes } from "../../packages/flows/src/project/codes.ts";
import { builtInTriggers } from "../../packages/flows/src/triggers/built-in.ts";
import { triggerCodes } from "../../packages/flows/src/triggers/codes.ts";
import { webhookCodes } from "../../packages/flows/src/triggers/webhook/codes.ts";
import { answerCodes } from "../../packages/networks/src/gateway/answer.ts";
import { networkApiCodes } from "../../packages/networks/src/http/codes.ts";
import { networkCodes } from "../../packages/networks/src/topology/codes.ts";
import { deadReasons } from "../../packages/networks/src/transport/dead-letter.ts";

const areas: readonly [title: string, about: string, codes: Readonly<Record<string, string>>][] = [
  ["Flow files", "What `pawl validate` finds in a flow file.", definitionCodes],
  [
    "Steps and runs",
    "Why a step or a run failed: `steps.ID.error.code`, and `error` in `pawl show --json`.",
    executionCodes,
  ],
  ["Triggers", "What is wrong with a trigger while it runs; shown by `pawl serve`.", triggerCodes],
  ["Plugins", "What `pawl doctor` finds in plugins.", pluginCodes],
  ["Projects", "What is wrong with a project as a whole.", projectCodes],
  ["Network files", "What `pawl network check` finds in a network file and the modules of its pods.", networkCodes],
  ["Dead letters", "Why a pod gave up on a message: `pawl network dlq list`.", deadReasons],
  ["Gateways and sinks", "`error.code` in the answers of a network's own paths.", answerCodes],
  ["HTTP", "The `code` of a problem that the server answers with.", meanings(serverCodes)],
  [
    "Networks over HTTP",
    "The `code` of a problem of `/api/v1/networks`, beside those of HTTP.",
    meanings(networkApiCodes),
  ],
  ["Webhooks", "The `code` of a problem that a webhook answers with.", meanings(webhookCodes)],
];

function meanings(codes: ProblemCodes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(codes).map(([code, { status, meaning }]) => [code, `${status}: ${meaning}`]),
  );
}

/** Every code of the closed lists. */
export function renderErrors(): string {
  const sections = areas.map(([title, about, codes]) => {
    const entries = Object.entries(codes).sort(([a], [b]) => (a < b ? -1 : 1));
    return [`## ${title}`, "", about, "", ...entries.map(([code, text]) => `- **\`${code}\`** ${text}`), ""].join("\n");
  });
  const head = "Every message carries one of these codes at its end, to be searched for. Nodes add codes of their own.";
  return [`# Codes of errors and diagnostics`, "", head, "", ...sections].join("\n");
}

export function renderExitCodes(): string {
  const rows = Object.entries(exitCodes).map(([name, code]) => {
    return `| ${code} | ${exitCodeMeanings[name as keyof typeof exitCodes]} |`;
  });
  return ["# Exit codes of `pawl`", "", "| code | meaning |", "| --- | --- |", ...rows, ""].join("\n");
}

interface Listed {
  readonly name: string;
  readonly description: string;
  load(): Promise<{ readonly input: unknown }>;
}

export function renderNodes(): Promise<string> {
  const nodes = [...builtInNodes, ...ownNodes].sort((a, b) => (a.name < b.name ? -1 : 1));
  return renderInputs("Built-in nodes", "What `uses:` of a step can name. Each takes these in `with:`.", nodes);
}

export function renderTriggers(): Promise<string> {
  return renderInputs(
    "Built-in triggers",
    "What `trigger: uses:` can name. Each takes these in `with:`.",
    builtInTriggers,
  );
}

async function renderInputs(title: string, about: string, listed: readonly Listed[]): Promise<string> {
  const sections = await Promise.all(listed.map(renderInput));
  return [`# ${title}`, "", about, "", ...sections].join("\n");
}

async function renderInput({ name, description, load }: Listed): Promise<string> {
  const { input } = await load();
  const schema = z.toJSONSchema(input as z.ZodType, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const rows = Object.entries(schema.properties ?? {}).map(([key, value]) => {
    const isRequired = schema.required?.includes(key) ? "required" : defaultOf(value);
    return `| \`${key}\` | ${typeOf(value)} | ${isRequired} | ${(value.description ?? "").replaceAll("|", "\\|")} |`;
  });
  const head = ["| input | type | default | meaning |", "| --- | --- | --- | --- |"];
  return [`## ${name}`, "", description, "", ...(rows.length > 0 ? [...head, ...rows, ""] : [])].join("\n");
}

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
}

function defaultOf({ default: value }: JsonSchema): string {
  return value === undefined ? "" : `\`${JSON.stringify(value)}\``;
}

function typeOf(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(", ");
  if (schema.anyOf) return [...new Set(schema.anyOf.map(typeOf))].join(" or ");
  if (schema.type === "object") return "map";
  if (schema.type === "array") return "list";
  return String(schema.type ?? "any");
}
