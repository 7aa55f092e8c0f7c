import { HttpAnswer, json } from "@pawl/flows";
import type { WorkerPool } from "@pawl/flows/workers";
import { answerRoutes } from "./api/answers.ts";
import { type ApiParts, addRoutes } from "./api/api.ts";
import { flowRoutes } from "./api/flows.ts";
import { logRoutes } from "./api/logs.ts";
import { healthz, metrics as metricsOperation, openApi, readyz } from "./api/operations/health.ts";
import { runRoutes } from "./api/runs.ts";
import { triggerRoutes } from "./api/triggers.ts";
import { refuse } from "./codes.ts";
import type { ServerHost } from "./http-host.ts";
import { createMetrics, metricsType, type ServerMetrics } from "./metrics.ts";
import type { ServedNetworks } from "./serve-networks.ts";

export interface ServerParts extends Omit<ApiParts, "closing"> {
  readonly host: ServerHost;
  /** Nothing when runs are executed in this process. */
  readonly workers?: WorkerPool | undefined;
  readonly networks?: Pick<ServedNetworks, "metrics" | "triggers" | "notReady"> | undefined;
}

export interface RunningServer {
  readonly url: string;
  /** From now on requests are refused with 503, and streams end. */
  drain(): void;
  close(graceMs?: number): Promise<void>;
}

/** Puts the API, health and metrics onto a host. */
export function startServer(parts: ServerParts): RunningServer {
  const { host, engine, triggers, workers, networks } = parts;
  const closing = new AbortController();
  const metrics = createMetrics({
    engine,
    workers,
    triggers: () => [...triggers.status(), ...(networks?.triggers() ?? [])],
  });
  addHealth(parts, metrics);
  const areas = [flowRoutes, runRoutes, answerRoutes, logRoutes, triggerRoutes];
  addRoutes(host.main, { ...parts, closing: closing.signal }, areas);
  const drain = () => {
    host.drain();
    closing.abort();
  };
  return {
    url: host.main.url,
    drain,
    async close(graceMs) {
      drain();
      metrics.close();
      await host.close(graceMs);
    },
  };
}

/** `/healthz`: the process answers. `/readyz`: it does its work. */
function addHealth({ host, engine, triggers, workers, networks }: ServerParts, metrics: ServerMetrics): void {
  let isReady = false;
  triggers.ready().then(() => {
    isReady = true;
  });
  // A server whose workers all begin anew for a moment still takes work, and does it then.
  let hadWorkers = workers === undefined;
  const { main } = host;
  main.route("GET", "/healthz", () => json(200, { status: "ok" }), { operation: healthz });
  main.route("GET", "/readyz", ready, { operation: readyz });
  main.route("GET", "/metrics", numbers, { operation: metricsOperation });
  main.route("GET", "/openapi.json", document, { operation: openApi });

  async function ready(): Promise<HttpAnswer> {
    const reason = notReady();
    if (reason !== undefined) return refuse("not-ready", reason, { headers: { "retry-after": "1" } });
    await engine.store.durability.list({ limit: 1 });
    return json(200, { status: "ok" });
  }

  function notReady(): string | undefined {
    if (!isReady) return "The triggers are being started.";
    hadWorkers ||= workers?.isReady === true;
    return hadWorkers ? networks?.notReady() : "The workers are being started.";
  }

  async function numbers(): Promise<HttpAnswer> {
    const text = `${await metrics.text()}${(await networks?.metrics()) ?? ""}`;
    return new HttpAnswer(200, { "content-type": metricsType }, text);
  }

  async function document(): Promise<HttpAnswer> {
    const { openApiDocument } = await import("./openapi/document.ts");
    return json(200, await openApiDocument(main));
  }
}
