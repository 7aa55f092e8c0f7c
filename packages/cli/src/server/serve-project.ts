import { type LoadedProject, superviseTriggers, type TriggerSupervisor } from "@pawl/flows";
import { type Logger, silentLogger } from "@pawl/hooks/guard";
import { mountHooks } from "../hooks/mount-hooks.ts";
import { userName } from "../person.ts";
import { maskOf } from "../project-secrets.ts";
import { openRuntime, type Runtime } from "../runtime.ts";
import { namesByToken } from "./access.ts";
import { FlowBook, type Reading } from "./flow-book.ts";
import { openHost, type ServerHost } from "./http-host.ts";
import { type ServedNetworks, serveNetworks } from "./serve-networks.ts";
import { type RunningServer, startServer } from "./server.ts";
import { type FlowWatcher, watchFlows } from "./watch-flows.ts";

export interface ServeOptions {
  /** Default: the project's configuration, else 127.0.0.1. */
  readonly host?: string;
  /** 0 takes a free one. Default: the project's configuration, else 7295. */
  readonly port?: number;
  /** By the name of who uses them. */
  readonly tokens?: Readonly<Record<string, string>>;
  readonly allowedHosts?: readonly string[];
  /** Runs executed at once. Default: 64. */
  readonly concurrency?: number;
  /** Milliseconds that open runs get to end when the server stops. Default: 10000. */
  readonly graceMs?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly log?: Logger;
  /** Called after flow files have changed, and once at the start with everything. */
  readonly onReading?: (reading: Reading) => void;
  /** Called once the store is open, before anything happens in it. */
  readonly onOpen?: (runtime: Runtime) => void;
}

/** A project that is served until it is closed. */
export interface ServedProject {
  readonly url: string;
  readonly runtime: Runtime;
  readonly triggers: TriggerSupervisor;
  readonly flows: FlowBook;
  /** Nothing when the project has none. */
  readonly networks: ServedNetworks | undefined;
  /** Drains: new requests are refused, triggers stop, open runs end or are given back. */
  close(): Promise<void>;
}

const defaultHost = "127.0.0.1";
const defaultPort = 7295;
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
  const flows = new FlowBook(loaded);
  const first = await flows.read();
  options.onReading?.(first);
  const runtime = await openRuntime(loaded, (name) => flows.find(name), { env, isServer: true });
  opened.push(() => runtime.close());
  const mask = await maskOf(loaded, { secrets: runtime.secrets, env });
  const log = mask.logger(options.log ?? silentLogger);
  options.onOpen?.(runtime);
  const host = await openServerHost(loaded, options, log);
  opened.push(() => host.close(0));
  if (runtime.hooks) mountHooks(host.main, runtime.hooks, { cwd: loaded.project.dir });
  const { engine } = runtime;
  const worker = engine.work(options.concurrency === undefined ? {} : { concurrency: options.concurrency });
  opened.push(() => worker.close(0));
  const triggers = superviseTriggers({
    engine,
    flows: flows.flows,
    projectDir: loaded.project.dir,
    http: host,
    registry: loaded.triggers,
    secrets: runtime.secrets,
    env,
    log,
  });
  opened.push(() => triggers.close());
  const networks = await serveNetworks(loaded, { runtime, host, flows, log, mask });
  if (networks !== undefined) opened.push(() => networks.close());
  const parts = { host, engine, triggers, networks, findFlow: (name: string) => flows.find(name) };
  const personOf = namesByToken(options.tokens ?? {}, userName());
  const server = await startServer({ ...parts, personOf, files: () => flows.files, flows: () => flows.flows });
  const watcher = await watchFlows(loaded.project.dir, () => follow({ flows, triggers, runtime, options }), log);
  await triggers.ready();
  const close = () =>
    shutDown({ server, watcher, triggers, networks, worker, runtime }, options.graceMs ?? defaultGraceMs);
  let closing: Promise<void> | undefined;
  return {
    url: server.url,
    runtime,
    triggers,
    flows,
    networks,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function openServerHost(loaded: LoadedProject, options: ServeOptions, log: Logger): Promise<ServerHost> {
  const { server = {} } = loaded.config;
  return openHost({
    host: options.host ?? server.host ?? defaultHost,
    port: options.port ?? server.port ?? defaultPort,
    log,
    ...(options.tokens === undefined ? {} : { tokens: options.tokens }),
    ...(options.allowedHosts === undefined ? {} : { allowedHosts: options.allowedHosts }),
  });
}

interface Following {
  readonly flows: FlowBook;
  readonly triggers: TriggerSupervisor;
  readonly runtime: Runtime;
  readonly options: ServeOptions;
}

/** Takes over what has changed in the flow files, and says what could not be taken over. */
async function follow({ flows, triggers, runtime, options }: Following): Promise<void> {
  const reading = await flows.read();
  const { changed, removed, broken } = reading;
  if (changed.length + removed.length + broken.length === 0) return;
  await triggers.update(flows.flows);
  const data = {
    changed,
    removed,
    broken: broken.map(({ parsed, kept }) => ({ file: parsed.file ?? null, kept: kept ?? null })),
  };
  runtime.store.events.append({ type: "project-changed", data });
  options.onReading?.(reading);
}

interface Running {
  readonly server: RunningServer;
  readonly watcher: FlowWatcher;
  readonly triggers: TriggerSupervisor;
  readonly networks: ServedNetworks | undefined;
  readonly worker: { close(graceMs?: number): Promise<void> };
  readonly runtime: Runtime;
}

/** What brings work stops first, what does it next, what remembers it last. */
async function shutDown(running: Running, graceMs: number): Promise<void> {
  const { server, watcher, triggers, networks, worker, runtime } = running;
  server.drain();
  await watcher.close();
  await triggers.close();
  await networks?.close(graceMs);
  await worker.close(graceMs);
  await server.close(graceMs);
  await runtime.close();
}
