import {
  type JsonObject,
  type LoadedProject,
  type ReloadedProject,
  superviseTriggers,
  type TriggerSupervisor,
} from "@pawl/flows";
import type { WorkerPool } from "@pawl/flows/workers";
import { type Logger, silentLogger } from "@pawl/hooks/guard";
import { ProjectLog } from "../log/project-log.ts";
import { userName } from "../person.ts";
import { maskOf, secretsOf } from "../project-secrets.ts";
import { openRuntime, type Runtime } from "../runtime.ts";
import { storedNetworkEvents } from "../stored-networks.ts";
import { startUpkeep } from "../upkeep.ts";
import { namesByToken } from "./access.ts";
import { defaultHost, defaultPort } from "./address.ts";
import { FlowBook, type Reading } from "./flow-book.ts";
import type { HostOptions } from "./http-host.ts";
import { openWorkers, type WorkerSurroundings, workerSettings } from "./open-workers.ts";
import { Outdated } from "./outdated.ts";
import { forgetKeptPlugins, ProjectCode } from "./project-code.ts";
import type { MountedRoute } from "./route-table.ts";
import { type ServedNetworks, serveNetworks } from "./serve-networks.ts";
import type { RunningServer, ServerParts } from "./server.ts";
import { postBoard } from "./server-board.ts";
import { type ChangedPart, type ProjectWatcher, watchProject } from "./watch-project.ts";

export interface ServeOptions {
  /** Default: the project's configuration, else 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free one. Default: the project's configuration, else 7295. */
  readonly port?: number;
  /** By the name of who uses them. */
  readonly tokens?: Readonly<Record<string, string>>;
  readonly allowedHosts?: readonly string[];
  /** Processes in which runs are executed; 0 is this one. Default: the project's configuration, else by the machine. */
  readonly workers?: number;
  /** Milliseconds that open runs get to end when the server stops. Default: 10000. */
  readonly graceMs?: number;
  /** Milliseconds that a request may take to come. Default: 60000. */
  readonly requestTimeoutMs?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly log?: Logger;
  /** Called after flow files have changed, and once at the start with everything. */
  readonly onReading?: (reading: Reading) => void;
  /** Called after plugins have changed. */
  readonly onReload?: (reloaded: ReloadedProject) => void;
  /** Called once the store is open, before anything happens in it. */
  readonly onOpen?: (runtime: Runtime) => void;
}

/** A project that is served until it is closed. */
export interface ServedProject {
  readonly url: string;
  readonly runtime: Runtime;
  readonly triggers: TriggerSupervisor;
  readonly flows: FlowBook;
  readonly networks: ServedNetworks;
  /** What can be asked of it over HTTP at the moment. */
  routes(): readonly MountedRoute[];
  /** Nothing when runs are executed in this process. */
  readonly workers: WorkerPool | undefined;
  /** Drains: new requests are refused, triggers stop, open runs end or are given back. */
  close(): Promise<void>;
}

const defaultGraceMs = 10_000;

/**
 * Serves a project: adopts runs that were cut off, starts triggers, executes runs, answers HTTP, follows changes of flow
 * files.
 * @throws ServerError, or CommandError when the engine cannot be made
 */
export async function serveProject(loaded: LoadedProject, options: ServeOptions = {}): Promise<ServedProject> {
  const opened: (() => Promise<unknown>)[] = [];
  try {
    return await open(loaded, options, opened);
  } catch (error) {
    for (const close of opened.reverse()) await close();
    throw error;
  }
}

async function open(
  loaded: LoadedProject,
  options: ServeOptions,
  opened: (() => Promise<unknown>)[],
): Promise<ServedProject> {
  const { env = process.env } = options;
  const secrets = await secretsOf(loaded);
  const mask = await maskOf(loaded, { secrets, env });
  const log = mask.logger(options.log ?? silentLogger);
  const { pool, concurrency } = startWorkers(loaded, options, { env, log });
  opened.push(async () => pool?.close());
  const flows = new FlowBook(loaded);
  const first = await flows.read();
  options.onReading?.(first);
  const runtime = await openRuntime(loaded, (name) => flows.find(name), { env, isServer: true, secrets });
  opened.push(() => runtime.close());
  options.onOpen?.(runtime);
  const { mountHooks, openHost, startServer } = await import("./http.ts");
  const host = await openHost(hostOptions(loaded, options, log));
  opened.push(() => host.close(0));
  if (runtime.hooks) mountHooks(host.main, runtime.hooks, { cwd: loaded.project.dir });
  const { engine } = runtime;
  const worker = engine.work({ pool, concurrency });
  opened.push(() => worker.close(0));
  const { triggers: registry, project } = loaded;
  const supervised = { engine, flows: flows.flows, projectDir: project.dir, http: host, registry, secrets, env, log };
  const triggers = superviseTriggers(supervised);
  opened.push(() => triggers.close());
  const outdated = new Outdated(loaded);
  const post = postBoard(runtime.store, { pool, triggers, outdated });
  const networks = await serveNetworks(loaded, { runtime, host, flows, log, mask, env });
  opened.push(() => networks.close());
  const told = new ProjectLog(runtime.store.events, storedNetworkEvents(project));
  opened.push(() => told.close());
  const parts = { host, engine, triggers, networks, workers: pool, log: told };
  const server = startServer({ ...parts, ...bookParts(flows), ...people(options) });
  const upkeep = startUpkeep(runtime.store, loaded, log);
  opened.push(() => upkeep.close());
  const code = new ProjectCode(loaded, { runtime, flows, pool });
  const following = { flows, triggers, networks, runtime, options, code, outdated, post, log };
  const watcher = await watchProject(project.dir, (changed) => follow(following, changed, watcher), log);
  watcher.add(code.files);
  await triggers.ready();
  host.main.settle();
  const running = { server, told, watcher, code, upkeep, triggers, networks, worker, pool, runtime };
  const close = once(() => shutDown(running, options.graceMs ?? defaultGraceMs));
  const routes = () => host.main.routes();
  return { url: server.url, runtime, triggers, flows, networks, workers: pool, routes, close };
}

/** First of all, because nothing takes longer to be ready: what follows is loaded and opened beside them. */
function startWorkers(
  loaded: LoadedProject,
  options: ServeOptions,
  surroundings: WorkerSurroundings,
): { readonly pool: WorkerPool | undefined; readonly concurrency: number } {
  const settings = workerSettings(loaded, options.workers);
  forgetKeptPlugins(loaded);
  const pool = openWorkers(loaded, settings, surroundings);
  return { pool, concurrency: settings.runs * Math.max(1, settings.count) };
}

function once(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => {
    closing ??= close();
    return closing;
  };
}

function bookParts(flows: FlowBook): Pick<ServerParts, "findFlow" | "files" | "flows"> {
  return { findFlow: (name) => flows.find(name), files: () => flows.files, flows: () => flows.flows };
}

function people({ tokens = {} }: ServeOptions): Pick<ServerParts, "personOf"> {
  return { personOf: namesByToken(tokens, userName()) };
}

function hostOptions(loaded: LoadedProject, options: ServeOptions, log: Logger): HostOptions {
  const { server = {} } = loaded.config;
  return {
    isStarting: true,
    host: options.host ?? server.host ?? defaultHost,
    port: options.port ?? server.port ?? defaultPort,
    log,
    ...(server.rateLimit === undefined ? {} : { rateLimit: server.rateLimit }),
    ...(options.requestTimeoutMs === undefined ? {} : { requestTimeoutMs: options.requestTimeoutMs }),
    ...(options.tokens === undefined ? {} : { tokens: options.tokens }),
    ...(options.allowedHosts === undefined ? {} : { allowedHosts: options.allowedHosts }),
  };
}

interface Following {
  readonly flows: FlowBook;
  readonly triggers: TriggerSupervisor;
  readonly networks: ServedNetworks;
  readonly runtime: Runtime;
  readonly options: ServeOptions;
  readonly code: ProjectCode;
  readonly outdated: Outdated;
  /** Tells other commands. */
  readonly post: () => void;
  readonly log: Logger;
}

/** Takes over what has changed in plugins, networks and flow files, and says what could not be taken over. */
async function follow(following: Following, parts: ReadonlySet<ChangedPart>, watcher: ProjectWatcher): Promise<void> {
  const { flows, triggers, networks, runtime, options, code } = following;
  const reloaded = parts.has("code") ? await code.renew() : undefined;
  if (reloaded !== undefined) watcher.add(code.files);
  if (parts.has("code") || parts.has("config")) tellOutdated(following);
  if (parts.has("networks")) await networks.reload();
  const reading = await flows.read();
  const { changed, removed, broken } = reading;
  if (reloaded === undefined && changed.length + removed.length + broken.length === 0) return;
  const renewed = reloaded && { registry: reloaded.loaded.triggers, renewed: reloaded.renewedTriggers };
  await triggers.update(flows.flows, renewed);
  const data = {
    changed,
    removed,
    broken: broken.map(({ parsed, kept }) => ({ file: parsed.file ?? null, kept: kept ?? null })),
    plugins: reloaded === undefined ? null : pluginChanges(reloaded),
  };
  runtime.store.events.append({ type: "project-changed", data });
  if (reloaded !== undefined) options.onReload?.(reloaded);
  options.onReading?.(reading);
}

function tellOutdated({ outdated, code, post, log }: Following): void {
  for (const sentence of outdated.look(code.loaded)) log.warn(sentence);
  post();
}

function pluginChanges({ changed, removed, broken }: ReloadedProject): JsonObject {
  return {
    changed,
    removed,
    broken: broken.map(({ source, isKept, diagnostics }) => {
      return { source, kept: isKept, messages: diagnostics.map(({ message }) => message) };
    }),
  };
}

interface Running {
  readonly server: RunningServer;
  readonly told: ProjectLog;
  readonly watcher: ProjectWatcher;
  readonly code: ProjectCode;
  readonly upkeep: { close(): Promise<void> };
  readonly triggers: TriggerSupervisor;
  readonly networks: ServedNetworks;
  readonly worker: { close(graceMs?: number): Promise<void> };
  readonly pool: WorkerPool | undefined;
  readonly runtime: Runtime;
}

/** What brings work stops first, what does it next, what remembers it last. */
async function shutDown(running: Running, graceMs: number): Promise<void> {
  const { server, told, watcher, code, upkeep, triggers, networks, worker, pool, runtime } = running;
  server.drain();
  await watcher.close();
  code.close();
  await upkeep.close();
  await triggers.close();
  await networks.close(graceMs);
  await worker.close(graceMs);
  await pool?.close();
  await server.close(graceMs);
  await told.close();
  await runtime.close();
}
