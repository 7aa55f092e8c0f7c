import type { HttpMount, RouteContext, RouteHandler } from "@pawl/flows";
import { didYouMean } from "@pawl/hooks/diagnostics";
import { json, Refusal } from "../gateway/answer.ts";
import { answerOutput } from "../gateway/output-endpoint.ts";
import { answerRun } from "../gateway/run-endpoint.ts";
import { TriggerEndpoint } from "../gateway/trigger-endpoint.ts";
import { metricsText } from "../runtime/metrics.ts";
import type { RunningNetwork } from "../runtime/running-network.ts";
import type { Pod } from "../topology/network.ts";
import { deadLetterRoutes } from "./dead-letter-routes.ts";
import type { Route } from "./route.ts";
import { stepRoutes } from "./step-routes.ts";

export interface MountOptions {
  /** Also `/trigger`, `/output`, `/runs/:id`, `/livez`, `/readyz` and `/metrics`: for a server that serves nothing else. */
  readonly atRoot?: boolean;
}

export type Runs = ReadonlyMap<string, RunningNetwork>;

/** Registers everything that can be asked of networks over HTTP. @returns the undo */
export function mountNetworks(mount: HttpMount, runs: Runs, options: MountOptions = {}): () => void {
  const undo: (() => void)[] = [];
  const route: Route = (method, path, handler, how) => undo.push(mount.route(method, path, answered(handler), how));
  const endpoints = triggerEndpoints(runs, options.atRoot === true);
  for (const [pod, { path, endpoint }] of endpoints) {
    // A pod with a check of its own proves by itself who sends.
    route("*", path, (request) => endpoint.handle(request), { authenticates: pod.origin!.auth !== undefined });
  }
  route("*", "/networks/:network/:pod/trigger", (request, context) => {
    const pod = podOf(runs, context, "gateway");
    return endpoints.get(pod)!.endpoint.handle(request);
  });
  route("*", "/networks/:network/:pod/output", (request, context) => {
    return answerOutput(runOf(runs, context), podOf(runs, context, "sink"), request);
  });
  route("GET", "/networks/:network/runs/:id", (_, context) => answerRun(runOf(runs, context), context.params.id!));
  route("GET", "/api/v1/networks", async () =>
    json(200, { networks: await Promise.all([...runs.values()].map((run) => run.status())) }),
  );
  route("GET", "/api/v1/networks/:network", async (_, context) => json(200, await runOf(runs, context).status()));
  deadLetterRoutes(route, (context) => runOf(runs, context));
  stepRoutes(route, (context) => runOf(runs, context));
  if (options.atRoot) rootRoutes(route, runs, endpoints);
  return () => {
    for (const remove of undo) remove();
  };
}

interface Mounted {
  readonly path: string;
  readonly endpoint: TriggerEndpoint;
}

function triggerEndpoints(runs: Runs, atRoot: boolean): Map<Pod, Mounted> {
  const endpoints = new Map<Pod, Mounted>();
  for (const run of runs.values()) {
    const base = `/networks/${run.network.name}`;
    const runsPath = atRoot && runs.size === 1 ? "/runs" : `${base}/runs`;
    for (const pod of run.network.pods) {
      if (pod.type !== "gateway" || !run.isHere(pod)) continue;
      endpoints.set(pod, { path: `${base}/${pod.id}/trigger`, endpoint: new TriggerEndpoint(run, pod, runsPath) });
    }
  }
  return endpoints;
}

/** The short paths, where they can mean only one pod. */
function rootRoutes(route: Route, runs: Runs, endpoints: Map<Pod, Mounted>): void {
  const all = [...runs.values()];
  const sinks = all.flatMap((run) =>
    run.network.pods.filter((pod) => pod.type === "sink" && run.isHere(pod)).map((pod) => ({ run, pod })),
  );
  const [gateway, ...others] = endpoints;
  if (gateway !== undefined && others.length === 0) {
    const [pod, { endpoint }] = gateway;
    route("*", "/trigger", (request) => endpoint.handle(request), { authenticates: pod.origin!.auth !== undefined });
  }
  const [sink, ...furtherSinks] = sinks;
  if (sink !== undefined && furtherSinks.length === 0)
    route("*", "/output", (request) => answerOutput(sink.run, sink.pod, request));
  const [only, ...furtherRuns] = all;
  if (only !== undefined && furtherRuns.length === 0)
    route("GET", "/runs/:id", (_, context) => answerRun(only, context.params.id!));
  route("GET", "/livez", () => json(200, { status: "alive" }));
  route("GET", "/readyz", () => {
    const notReady = all
      .filter((run) => !run.isReady)
      .map((run) => ({ network: run.network.name, reason: run.reason }));
    return json(notReady.length === 0 ? 200 : 503, { ready: notReady.length === 0, notReady });
  });
  route("GET", "/metrics", async () => {
    return new Response(await metricsText(all), {
      headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
    });
  });
}

function answered(handler: RouteHandler): RouteHandler {
  return async (request, context) => {
    try {
      return await handler(request, context);
    } catch (error) {
      if (error instanceof Refusal) return error.toResponse();
      throw error;
    }
  };
}

function runOf(runs: Runs, context: RouteContext): RunningNetwork {
  const name = context.params.network!;
  const run = runs.get(name);
  if (run !== undefined) return run;
  throw new Refusal(404, "not_found", `There is no network "${name}" here.${didYouMean(name, runs.keys())}`);
}

function podOf(runs: Runs, context: RouteContext, type: Pod["type"]): Pod {
  const run = runOf(runs, context);
  const id = context.params.pod!;
  const pods = run.network.pods.filter((pod) => pod.type === type && run.isHere(pod));
  const pod = pods.find((candidate) => candidate.id === id);
  if (pod !== undefined) return pod;
  const hint = didYouMean(
    id,
    pods.map((candidate) => candidate.id),
  );
  throw new Refusal(404, "not_found", `"${run.network.name}" has no ${type} "${id}".${hint}`);
}
