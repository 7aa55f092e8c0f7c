import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import { githubSignature, serveEverything } from "./api-walk.ts";
import { keeping, projectWith, type Served, serve, until, writeInto } from "./serve-kit.ts";

interface Response_ {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Operation_ {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly responses: Readonly<Record<string, Response_>>;
  readonly security: readonly object[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation_>>>>;
  readonly components: { readonly schemas: Record<string, object>; readonly securitySchemes: Record<string, object> };
}

async function documentOf(project: Served): Promise<Document> {
  return (await (await project.request("/openapi.json")).json()) as Document;
}

function operationsOf(document: Document): (Operation_ & { readonly path: string; readonly method: string })[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase() })),
  );
}

/** An answer has no field that the document does not know. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const isObject = copy.type === "object" && copy.properties !== undefined && !("additionalProperties" in copy);
  return isObject ? { ...copy, additionalProperties: false } : copy;
}

/** Remembers which operations were asked, and compares every answer with the document. */
class Walker {
  readonly asked = new Set<string>();
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #project: Served;
  readonly #document: Document;

  constructor(project: Served, document: Document) {
    this.#project = project;
    this.#document = document;
    // A problem has members of its own: `errors`, `run_id`.
    const { Problem, ...others } = document.components.schemas;
    const schemas = { Problem, ...(closed(others) as object) };
    this.#ajv.addSchema({ $id: "doc:", components: { schemas } });
  }

  async ask(method: string, path: string, expected: number, given: RequestInit = {}): Promise<unknown> {
    const headers = { ...(given.body ? { "content-type": "application/json" } : {}), ...given.headers };
    const response = await this.#project.request(path, { ...given, method, headers });
    const text = await response.text();
    expect([response.status, text], `${method} ${path}: ${text}`).toEqual([expected, text]);
    const operation = this.#find(method, path.split("?")[0]!);
    this.asked.add(operation.operationId);
    const described = operation.responses[expected];
    expect(described, `${operation.operationId} has an answer ${expected}`).toBeDefined();
    const type = (response.headers.get("content-type") ?? "").split(";")[0]!;
    const content = described!.content?.[type];
    expect(content, `${operation.operationId} ${expected} has ${type}`).toBeDefined();
    if (!type.endsWith("json")) return text;
    const body: unknown = JSON.parse(text);
    this.#check(body, content!.schema, `${operation.operationId} ${expected}`);
    return body;
  }

  #check(body: unknown, schema: object, what: string): void {
    const isProblem = JSON.stringify(schema).includes("/Problem");
    const local = JSON.parse(JSON.stringify(isProblem ? schema : closed(schema)).replaceAll('"#/', '"doc:#/'));
    const validate = this.#ajv.compile(local);
    expect(validate(body), `${what}: ${JSON.stringify(validate.errors)} ${JSON.stringify(body)}`).toBe(true);
  }

  #find(method: string, path: string): Operation_ {
    const literal = this.#document.paths[path]?.[method.toLowerCase()];
    if (literal !== undefined) return literal;
    const found = operationsOf(this.#document).find((operation) => {
      const pattern = operation.path.replaceAll(/[.]/g, "\\.").replaceAll(/\{\w+\}/g, "[^/]+");
      return operation.method === method && new RegExp(`^${pattern}$`).test(path);
    });
    if (found === undefined) throw new Error(`${method} ${path} is not in the document.`);
    return found;
  }
}

const json = (value: unknown): RequestInit => ({ body: JSON.stringify(value) });

describe("/openapi.json", () => {
  test("is a valid OpenAPI 3.1 document that describes every mounted route once", async () => {
    const project = await serveEverything();
    const document = await documentOf(project);
    const validated = await new Validator().validate(document as never);
    expect(validated.errors ?? []).toEqual([]);
    expect(validated.valid).toBe(true);
    expect(document.openapi).toMatch(/^3\.1\./);
    const operations = operationsOf(document);
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids.length).toBe(new Set(ids).size);
    expect(operations.filter(({ tags }) => tags.includes("other"))).toEqual([]);
    for (const { method, path } of project.routes()) {
      const item = document.paths[path.replaceAll(/:(\w+)/g, "{$1}")];
      expect(item, path).toBeDefined();
      if (method !== "*") expect(item![method.toLowerCase()], `${method} ${path}`).toBeDefined();
    }
    expect(document.components.securitySchemes).toHaveProperty("webhook-signature-github");
    expect(document.paths["/webhooks/signed"]!.post!.security).toEqual([{ "webhook-signature-github": [] }]);
    expect(document.paths["/api/v1/runs"]!.get!.security).toEqual([{}, { bearer: [] }]);
  });

  test("follows the webhooks that come and go", async () => {
    const dir = projectWith({ "flows/a.yaml": keeping("a", { uses: "webhook.receive" }) });
    const project = await serve(dir, { host: "0.0.0.0", tokens: { ann: "s3cret" } });
    const read = async () => {
      const response = await project.request("/openapi.json", { headers: { authorization: "Bearer s3cret" } });
      return (await response.json()) as Document;
    };
    expect((await read()).paths["/webhooks/a"]!.post!.security).toEqual([{ bearer: [] }]);
    writeInto(dir, "flows/a.yaml", keeping("a", { uses: "webhook.receive", with: { path: "b" } }));
    await until(async () => (await read()).paths["/webhooks/b"] !== undefined);
    expect((await read()).paths["/webhooks/a"]).toBeUndefined();
  });
});

describe("every answer of a walk through the API", () => {
  let project: Served;
  let walker: Walker;
  let document: Document;
  beforeAll(() => {
    process.env.PAWL_TEST_KEY = "a key";
    return () => {
      delete process.env.PAWL_TEST_KEY;
    };
  });

  test("has the shape that the document promises", { timeout: 60_000 }, async () => {
    project = await serveEverything();
    document = await documentOf(project);
    walker = new Walker(project, document);
    await walkFlows();
    await walkQuestions();
    await walkWebhooks();
    await walkNetworks();
    await walkTheRest();
    const all = operationsOf(document).map(({ operationId }) => operationId);
    expect(all.filter((id) => !walker.asked.has(id))).toEqual([]);
  });

  async function walkFlows(): Promise<void> {
    await walker.ask("GET", "/api/v1/flows", 200);
    await walker.ask("GET", "/api/v1/flows/orders", 200);
    await walker.ask("GET", "/api/v1/flows/order", 404);
    const key = { headers: { "idempotency-key": "k" } };
    const start = "/api/v1/flows/orders/runs";
    const first = (await walker.ask("POST", start, 202, { ...json({ inputs: { n: 1 } }), ...key })) as never;
    await walker.ask("POST", start, 200, { ...json({ inputs: { n: 1 } }), ...key });
    await walker.ask("POST", start, 409, { ...json({ inputs: { n: 2 } }), ...key });
    await walker.ask("POST", start, 422, json({ inputs: { n: "x" } }));
    await walker.ask("POST", start, 400, json({ inputs: { n: 1 }, input: {} }));
    await walker.ask("POST", start, 400, { body: "{" });
    await walker.ask("POST", start, 415, { body: "{}", headers: { "content-type": "text/plain" } });
    await walker.ask("POST", start, 413, { body: JSON.stringify("x".repeat(1_100_000)) });
    await walker.ask("POST", "/api/v1/flows/full/runs", 202, json({}));
    await walker.ask("POST", "/api/v1/flows/full/runs", 429, json({}));
    const { id } = (first as { run: { id: string } }).run;
    await project.runtime.store.durability.ended(id);
    await walker.ask("GET", "/api/v1/runs?limit=2&status=completed,running", 200);
    await walker.ask("GET", "/api/v1/runs?limit=0", 400);
    await walker.ask("GET", "/api/v1/runs?stauts=failed", 400);
    await walker.ask("GET", `/api/v1/runs/${id}`, 200);
    await walker.ask("GET", "/api/v1/runs/nothing", 404);
    await walker.ask("GET", `/api/v1/runs/${id}/steps`, 200);
    await walker.ask("GET", `/api/v1/runs/${id}/logs`, 200);
    await walker.ask("GET", `/api/v1/runs/${id}/logs`, 200, { headers: { accept: "application/json" } });
    await walker.ask("GET", "/api/v1/logs?after=1", 200, { headers: { accept: "application/json" } });
    await walker.ask("POST", `/api/v1/runs/${id}/cancel`, 409, json({}));
    await walker.ask("POST", `/api/v1/runs/${id}/replay`, 202, json({ from: "keep" }));
    await walker.ask("POST", `/api/v1/runs/${id}/replay`, 404, json({ from: "kept" }));
    const { runs } = (await walker.ask("GET", "/api/v1/runs?flow=full", 200)) as { runs: { id: string }[] };
    await walker.ask("POST", `/api/v1/runs/${runs[0]!.id}/replay`, 409, json({ from: "long" }));
    await walker.ask("GET", "/api/v1/triggers", 200);
  }

  async function walkQuestions(): Promise<void> {
    const begin = async () => {
      const body = (await walker.ask("POST", "/api/v1/flows/asking/runs", 202, json({}))) as { run: { id: string } };
      return body.run.id;
    };
    const isAt = async (id: string, step: string) => {
      const events = await project.runtime.store.events.read({ runId: id, types: ["run-waiting"] });
      return events.some((event) => event.recordId === step);
    };
    const id = await begin();
    await until(() => isAt(id, "gate"));
    await walker.ask("POST", `/api/v1/runs/${id}/input`, 409, json({ value: "x" }));
    await walker.ask("POST", `/api/v1/runs/${id}/approve`, 202, json({ comment: "Yes." }));
    await until(() => isAt(id, "value"));
    await walker.ask("POST", `/api/v1/runs/${id}/input`, 202, json({ step: "value", value: "x" }));
    const rejected = await begin();
    await until(() => isAt(rejected, "gate"));
    await walker.ask("POST", `/api/v1/runs/${rejected}/reject`, 202, json({ comment: "No." }));
    const dropped = await begin();
    await until(() => isAt(dropped, "gate"));
    const cancelled = `/api/v1/runs/${dropped}/cancel`;
    await walker.ask("POST", cancelled, 200, json({ reason: "Over." })).catch(() => walker.ask("POST", cancelled, 409));
  }

  async function walkWebhooks(): Promise<void> {
    const key = { headers: { "idempotency-key": "k" } };
    await walker.ask("POST", "/webhooks/orders", 202, { ...json({ n: 1 }), ...key });
    await walker.ask("POST", "/webhooks/orders", 202, { ...json({ n: 1 }), ...key });
    await walker.ask("GET", "/webhooks/orders", 202);
    await walker.ask("POST", "/webhooks/orders", 400, { body: "{" });
    await walker.ask("POST", "/webhooks/orders", 415, { body: "a", headers: { "content-type": "text/plain" } });
    await walker.ask("POST", "/webhooks/orders", 422, { body: `${"[".repeat(500)}${"]".repeat(500)}` });
    await walker.ask("POST", "/webhooks/full", 429, json({}));
    await walker.ask("POST", "/webhooks/signed", 401, json({}));
    await walker.ask("POST", "/webhooks/signed", 200, { body: "{}", headers: githubSignature("{}") });
  }

  async function walkNetworks(): Promise<void> {
    const trigger = "/networks/line/intake/trigger";
    const sent = (await walker.ask("POST", trigger, 202, json({ n: 1 }))) as { id: string };
    await walker.ask("POST", `${trigger}?wait=5s`, 200, json({ n: 2 }));
    await walker.ask("POST", trigger, 400, { body: "[]" });
    await walker.ask("POST", "/networks/line/entry/trigger", 404, json({}));
    await walker.ask("POST", "/networks/scoring/intake/trigger", 401, json({ id: 1 }));
    await walker.ask("POST", "/networks/scoring/intake/trigger", 202, {
      ...json({ id: 1 }),
      headers: { "x-key": "a key" },
    });
    await walker.ask("POST", "/networks/scoring/open/trigger", 202, json({ id: 1 }));
    await walker.ask("GET", "/networks/line/archive/output?limit=1", 200);
    await walker.ask("GET", "/networks/line/archive/output?limit=x", 400);
    await walker.ask("GET", `/networks/line/runs/${sent.id}`, 200);
    await walker.ask("GET", "/api/v1/networks", 200);
    await walker.ask("GET", "/api/v1/networks/line", 200);
    await walker.ask("GET", "/api/v1/networks/lines", 404);
    await walker.ask("POST", "/api/v1/networks/line/intake/messages", 401, json({}));
    await walkDeadLetters();
  }

  async function walkDeadLetters(): Promise<void> {
    const base = "/api/v1/networks/line/dead-letters";
    for (let n = 0; n < 3; n++) await walker.ask("POST", "/networks/line/intake/trigger", 202, json({ bad: true }));
    const list = async (query = "") => {
      return (await walker.ask("GET", `${base}${query}`, 200)) as {
        deadLetters: { id: number }[];
        next_before: number;
      };
    };
    await until(async () => (await list()).deadLetters.length === 3);
    const first = await list("?limit=2");
    const second = await list(`?limit=2&before=${first.next_before}`);
    const numbers = [...first.deadLetters, ...second.deadLetters].map(({ id }) => id);
    expect([numbers.length, new Set(numbers).size, second.next_before]).toEqual([3, 3, null]);
    await walker.ask("GET", `${base}?limit=all`, 400);
    await walker.ask("GET", `${base}/${numbers[0]}`, 200);
    await walker.ask("GET", `${base}/none`, 404);
    await walker.ask("POST", `${base}/${numbers[0]}/replay`, 202);
    await walker.ask("DELETE", `${base}/${numbers[1]}`, 200);
    await walker.ask("DELETE", base, 200);
  }

  async function walkTheRest(): Promise<void> {
    await walker.ask("GET", "/api/v1/hooks", 200);
    const event = { session_id: "s", tool_name: "Bash", tool_input: { command: "ls" } };
    await walker.ask("POST", "/api/v1/hooks/PreToolUse", 200, json(event));
    await walker.ask("POST", "/api/v1/hooks/PreToolUs", 404, json(event));
    await walker.ask("POST", "/api/v1/hooks/PreToolUse", 400, json({ hook_event_name: "Stop" }));
    for (const path of ["/healthz", "/readyz", "/metrics", "/openapi.json"]) await walker.ask("GET", path, 200);
    await walker.ask("GET", "/api/v1/flows", 401, { headers: { authorization: "Bearer wrong" } });
    await walker.ask("GET", "/api/v1/flows", 403, { headers: { origin: "https://else.where" } });
  }
});
