import { answerAt } from "./served-sample.ts";

interface Schema {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
  readonly default?: unknown;
}

interface Content {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema: Schema;
  }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const head = `# HTTP

\`pawl serve\` answers on \`http://127.0.0.1:7295\`, and describes itself as OpenAPI 3.1 at \`/openapi.json\`, with the webhooks
and gateways of the project. How to use it, tokens and limits: [the guide](../guide/use-the-http-api.md).

Errors are \`application/problem+json\` with \`type\`, \`title\`, \`status\`, \`code\` and \`detail\`. Every route can answer 400
\`malformed-request\`, 401 \`token-required\`, 403 \`unknown-host\` or \`foreign-origin\`, 404 \`not-found\` (with the nearest
path), 405 \`method-not-allowed\`, 408 \`request-timeout\`, 413 \`body-too-large\`, 415 \`unsupported-media-type\`, 429
\`rate-limited\`, 431 \`headers-too-large\`, 500 \`internal-error\`, and 503 \`server-draining\`; 400 \`invalid-json\` and
\`invalid-request\` when there is something to read. Times are milliseconds since 1970.
`;

const usual = new Set(
  (
    "malformed-request token-required unknown-host foreign-origin body-too-large request-timeout unsupported-media-type " +
    "rate-limited internal-error server-draining invalid-json invalid-request"
  ).split(" "),
);

const samples = /^\/(?:webhooks|networks\/(?!\{))/;

/** What `/openapi.json` says of every route that does not depend on the project, for reading. */
export async function renderHttpApi(): Promise<string> {
  const document = JSON.parse(await answerAt("/openapi.json")) as Document;
  const operations = Object.entries(document.paths)
    .filter(([path]) => !samples.test(path))
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
  const tags = [...new Set(operations.map(({ operation }) => operation.tags[0]!))].sort();
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => operation.tags[0] === tag);
    return [`## ${tag}`, "", ...own.map(({ path, method, operation }) => render(method, path, operation))].join("\n");
  });
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => renderSchema(name, schema));
  return [head, ...sections, "## Shapes\n", ...schemas].join("\n");
}

function render(method: string, path: string, operation: Operation): string {
  const { summary, description, parameters, requestBody, responses } = operation;
  const lines = [
    `### \`${method.toUpperCase()} ${path}\``,
    "",
    `${summary}.${description ? ` ${description}` : ""}`,
    "",
  ];
  for (const { name, in: place, required, description: about = "", schema } of parameters) {
    const initial = schema.default === undefined ? "" : ` Default: \`${JSON.stringify(schema.default)}\`.`;
    const kind = place === "path" ? "" : ` (${place}${required ? ", required" : ""})`;
    lines.push(`- \`${name}\`${kind} ${typeOf(schema)}. ${about}${initial}`.trimEnd());
  }
  const body = requestBody?.content?.["application/json"]?.schema;
  if (body !== undefined) lines.push(`- body: ${typeOf(body)}`);
  for (const [status, answer] of Object.entries(responses)) lines.push(...renderAnswer(status, answer));
  return `${lines.join("\n")}\n`;
}

function renderAnswer(status: string, { description, content = {} }: Content): string[] {
  const problem = content["application/problem+json"]?.schema.properties?.code?.enum as readonly string[] | undefined;
  if (problem !== undefined) {
    const codes = problem.filter((code) => !usual.has(code));
    return codes.length === 0 ? [] : [`- **${status}** ${codes.map((code) => `\`${code}\``).join(", ")}`];
  }
  const shapes = Object.entries(content).map(([type, { schema }]) =>
    type === "application/json" ? typeOf(schema) : `\`${type}\``,
  );
  return [`- **${status}** ${description}${shapes.length === 0 ? "" : ` ${shapes.join(" or ")}`}`];
}

function renderSchema(name: string, { description, properties = {}, required = [], ...schema }: Schema): string {
  const fields = Object.entries(properties).map(([key, field]) => {
    const about = field.description === undefined ? "" : ` ${field.description}`;
    return `- \`${key}\`${required.includes(key) ? "" : " (may be absent)"} ${typeOf(field)}${about && `.${about}`}`;
  });
  const plain = fields.length === 0 ? [typeOf(schema)] : fields;
  return [`### ${name}`, "", ...(description ? [description, ""] : []), ...plain, ""].join("\n");
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return refTo(schema.$ref.split("/").at(-1)!);
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(", ");
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.type === "array") return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.properties) return `{ ${Object.entries(schema.properties).map(field(schema.required)).join(", ")} }`;
  if (schema.type === "object") {
    const { additionalProperties: values } = schema;
    return typeof values === "object" && Object.keys(values).length > 0 ? `map of ${typeOf(values)}` : "map";
  }
  return typeof schema.type === "string" ? schema.type : "any value";
}

function field(required: readonly string[] = []) {
  return ([name, schema]: [string, Schema]) => `\`${name}\`${required.includes(name) ? "" : "?"}: ${typeOf(schema)}`;
}

function refTo(name: string): string {
  return `[${name}](#${name.toLowerCase()})`;
}
