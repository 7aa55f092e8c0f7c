import { hookEvents } from "../events/names.ts";
import { manifestKeys } from "./parse-manifest.ts";

type JsonSchema = { readonly [key: string]: unknown };

const text: JsonSchema = { type: "string" };
const texts: JsonSchema = { type: "array", items: text };
const flag: JsonSchema = { type: "boolean" };

const event: JsonSchema = { enum: [...hookEvents] };

/** What each key of the front matter is for. */
export const manifestKeySchemas: Readonly<Record<string, JsonSchema>> = {
  name: { ...text, description: "The name of the hook. Default: its folder." },
  event: { ...event, description: "The event it hears." },
  events: { type: "array", items: event, description: "Several of them." },
  matcher: { ...text, description: "A pattern for the field that the event is matched on." },
  if: { ...text, description: "A permission rule, as `Bash(git push *)`." },
  timeout: { type: ["number", "string"], description: "How long it may take; a number is seconds." },
  command: { ...text, description: "The program that it is." },
  args: { ...texts, description: "Arguments of the program." },
  handler: { ...text, description: "The file whose default export is the hook." },
  requires: {
    type: "object",
    description: "What the machine needs for the hook to run.",
    properties: { bins: texts, any_bins: texts, env: texts, os: texts },
  },
  enabled: { ...flag, description: "Whether it runs. Default: true." },
  priority: { type: "number", description: "High first." },
  on_failure: { ...text, description: "What a failure of the hook means." },
  parallel: { ...flag, description: "Whether it may run beside others." },
  background: { ...flag, description: "Nobody waits for it." },
  env: { type: "object", description: "Further variables of the program." },
  mode: { ...text, description: "Whether the program is started each time, or stays." },
  description: { ...text, description: "What it is for." },
};

/** JSON Schema (draft 7) of the front matter of `HOOK.md`, for editors. */
export function hookManifestSchema(): JsonSchema {
  const properties = Object.fromEntries(manifestKeys.map((key) => [key, manifestKeySchemas[key] ?? {}]));
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Pawl hook",
    type: "object",
    properties,
    additionalProperties: false,
  };
}
