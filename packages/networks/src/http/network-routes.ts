import {
  answering,
  HttpAnswer,
  type HttpMount,
  type HttpRequest,
  type Operation,
  type RouteContext,
  type RouteHandler,
  type RouteOptions,
} from "@pawl/flows";
import { didYouMean } from "@pawl/hooks/diagnostics";
import { json, Refusal, retryLater } from "../gateway/answer.ts";
import { answerOutput } from "../gateway/output-endpoint.ts";
import { answerRun } from "../gateway/run-endpoint.ts";
import { TriggerEndpoint } from "../gateway/trigger-endpoint.ts";
import { metricsText } from "../runtime/metrics.ts";
import type { RunningNetwork } from "../runtime/running-network.ts";
import type { Pod } from "../topology/network.ts";
import { UnavailableError } from "../transport/transport.ts";
import { refuse } from "./codes.ts";
import { deadLetterRoutes } from "./dead-letter-routes.ts";
import type { ApiRoute, Route } from "./route.ts";
import { stepRoutes } from "./step-routes.ts";

export interface MountOptions {
  /** Also `/trigger`, `/output`, `/runs/:id`, `/livez`, `/readyz` and `/metrics`: for a server that serves nothing else. */
  readonly atRoot?: boolean;
  /** What else the process counts, for `/metrics`. */
  readonly metrics?: (() => Promise<string>) | undefined;
}

export type Runs = ReadonlyMap<string, RunningNetwork>;

/** Registers everything that can be asked of networks over HTTP. @returns the undo */
export function mountNetworks(mount: HttpMount, runs: Runs, options: MountOptions = {}): () => void {
  const undo: (() => void)[] = [];
  const route: Route = (method, path, handler, how) => undo.push(mount.route(method, path, answered(handler), how));
  const endpoints = triggerEndpoints(runs, options.atRoot === true);
  // An endpoint turns its own errors into answers.
  for (const [pod, { path, endpoint }] of endpoints)
    undo.push(mount.route("*", path, (request) => endpoint.handle(request), atGateway(path, pod)));
  const gateways = "/networks/:network/:pod/trigger";
  route("*", gateways, gateway, atGateway(gateways));
  const sinks = "/networks/:network/:pod/output";
  route("*", sinks, (request, { params }) => answerOutput(...sinkOf(params), request), {
    operation: described("outputOperation", sinks),
  });
  const messages = "/networks/:network/runs/:id";
  route("GET", messages, (_, { params }) => answerRun(runOf(runs, params.network!), params.id!), {
    operation: described("runOperation", messages),
  });
  apiRoutes(route, runs);
  stepRoutes(route, ({ params }) => runOf(runs, params.network!));
  if (options.atRoot) rootRoutes(route, runs, endpoints);
  if (options.atRoot) healthRoutes(route, [...runs.values()], options.metrics);
  return () => {
    for (const remove of undo) remove();
  };

  function gateway(request: HttpRequest, { params }: RouteContext): Promise<HttpAnswer> {
    const pod = podOf(runOf(runs, params.network!), params.pod!, "gateway");
    return endpoints.get(pod)!.endpoint.handle(request);
  }

  function sinkOf(params: RouteContext["params"]): [RunningNetwork, Pod] {
    const run = runOf(runs, params.network!);
    return [run, podOf(run, params.pod!, "sink")];
  }
}

/** A pod with a check of its own proves by itself who sends. */
function atGateway(path: string, pod?: Pod): RouteOptions {
  const operation = async () => (await import("./gateway-operations.ts")).triggerOperation(path, pod);
  return { authenticates: pod?.origin?.auth !== undefined, operation };
}

function described(name: "outputOperation" | "runOperation", path: string): () => Promise<Operation> {
  return async () => (await import("./gateway-operations.ts"))[name](path);
}

function apiRoutes(route: Route, runs: Runs): void {
  const api: ApiRoute = (name, written, handle) => {
    const operation = async () => (await import("./operations.ts"))[name];
    const [method, path] = written.split(" ") as [string, string];
    route(method, path, answering(operation, handle), { operation });
  };
  api("listNetworks", "GET /api/v1/networks", async ({ answer }) =>
    answer(200, { networks: await Promise.all([...runs.values()].map((run) => run.status())) }),
  );
  const known = (name: string) => runs.get(name) ?? unknownNetwork(name, runs);
  api("getNetwork", "GET /api/v1/networks/:network", async ({ params, answer }) =>
    answer(200, await known(params.network).status()),
  );
  deadLetterRoutes(api, known);
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
    route("*", "/trigger", (request) => endpoint.handle(request), atGateway("/trigger", pod));
  }
  const [sink, ...furtherSinks] = sinks;
  if (sink !== undefined && furtherSinks.length === 0)
    route("*", "/output", (request) => answerOutput(sink.run, sink.pod, request), {
      operation: described("outputOperation", "/output"),
    });
  const [only, ...furtherRuns] = all;
  if (only !== undefined && furtherRuns.length === 0)
    route("GET", "/runs/:id", (_, context) => answerRun(only, context.params.id!), {
      operation: described("runOperation", "/runs/:id"),
    });
}

function healthRoutes(route: Route, all: readonly RunningNetwork[], metrics: MountOptions["metrics"]): void {
  route("GET", "/livez", () => json(200, { status: "alive" }));
  route("GET", "/readyz", () => {
    const notReady = all
      .filter((run) => !run.isReady)
      .map((run) => ({ network: run.network.name, reason: run.reason }));
    return json(notReady.length === 0 ? 200 : 503, { ready: notReady.length === 0, notReady });
  });
  route("GET", "/metrics", async () => {
    const text = `${(await metrics?.()) ?? ""}${await metricsText(all)}`;
    return new HttpAnswer(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }, text);
  });
}

function answered(handler: RouteHandler): RouteHandler {
  return async (request, context) => {
    try {
      return await handler(request, context);
    } catch (error) {
      if (error instanceof Refusal) return error.toResponse();
      if (error instanceof UnavailableError)
        return new Refusal(503, "unavailable", error.message, retryLater).toResponse();
      if (error instanceof UnknownNetwork) return refuse("unknown-network", error.message);
      throw error;
    }
  };
}

function runOf(runs: Runs, name: string): RunningNetwork {
  const run = runs.get(name);
  if (run !== undefined) return run;
  throw new Refusal(404, "not_found", noNetwork(name, runs));
}

function noNetwork(name: string, runs: Runs): string {
  return `There is no network "${name.slice(0, 100)}" here.${didYouMean(name, runs.keys())}`;
}

/** Thrown while a request of the API is answered. */
function unknownNetwork(name: string, runs: Runs): never {
  throw new UnknownNetwork(noNetwork(name, runs));
}

class UnknownNetwork extends Error {}

function podOf(run: RunningNetwork, id: string, type: Pod["type"]): Pod {
  const pods = run.network.pods.filter((pod) => pod.type === type && run.isHere(pod));
  const pod = pods.find((candidate) => candidate.id === id);
  if (pod !== undefined) return pod;
  const hint = didYouMean(
    id,
    pods.map((candidate) => candidate.id),
  );
  throw new Refusal(404, "not_found", `"${run.network.name}" has no ${type} "${id}".${hint}`);
}
