import { setMaxListeners } from "node:events";
import type { Mask } from "@pawl/flows";
import { type Diagnostic, hasErrors, messageOf } from "@pawl/hooks/diagnostics";
import { type Clock, guard, type Logger, silentLogger, systemClock } from "@pawl/hooks/guard";
import type { Token, TombstoneReason } from "../envelope/token.ts";
import { createPodLoader, type ModuleLoader } from "../pod/load-module.ts";
import type { HookFunction } from "../pod/module-hooks.ts";
import type { RunningBody } from "../pod/pod-body.ts";
import type { Network, Pod } from "../topology/network.ts";
import { FullError, type Line, type Transport, UnavailableError } from "../transport/transport.ts";
import { Heartbeat } from "../watch/heartbeat.ts";
import { LoopWatch } from "../watch/loop-watch.ts";
import { type Assembly, assemble } from "./assembly.ts";
import { type BodyFactory, loadBodies } from "./load-bodies.ts";
import type { Accepted, Incoming, Refused } from "./origin.ts";
import { type NetworkState, type NetworkStatus, podStatuses } from "./status.ts";
import { type Settled, Waiters } from "./waiters.ts";

export interface NetworkOptions {
  readonly transport: Transport;
  /** Hooks by pod id, instead of modules beside the file. */
  readonly hooks?: Readonly<Record<string, HookFunction>>;
  readonly loadModule?: ModuleLoader;
  /** What runs pods that are flows or programs, or that are isolated. */
  readonly special?: (pod: Pod) => BodyFactory | undefined;
  /** A pod without a hook is an error instead of passing messages on. */
  readonly isStrict?: boolean;
  /** Ids of the pods that run in this process; the others run elsewhere. Default: all. */
  readonly pods?: readonly string[];
  /** Where this process can be reached, for the commands of others. */
  readonly url?: string;
  /** A thread that tells of a hook which never gives the event loop back. Default: none. */
  readonly hasHeartbeat?: boolean;
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Hides secrets in what hooks fail with. */
  readonly mask?: Mask;
  /** Between 0 and 1, for the jitter of retries. */
  readonly random?: () => number;
}

export interface StopOptions {
  /** Between saying "not ready" and refusing work, so that a load balancer can take this instance out. Default: 0. */
  readonly drainDelayMs?: number;
  /** How long hooks that run may go on. Default: 10 s. */
  readonly drainTimeoutMs?: number;
}

/** A pod module that cannot be used. `diagnostics` says which and why. */
export class NetworkError extends Error {
  readonly code = "network-invalid";
  readonly diagnostics: readonly Diagnostic[];

  constructor(network: string, diagnostics: readonly Diagnostic[]) {
    const first = diagnostics.find((diagnostic) => diagnostic.severity === "error");
    super(`The network "${network}" cannot run: ${first?.message ?? "its modules are not usable."}`);
    this.diagnostics = diagnostics;
  }
}

/**
 * Starts a network: its line, its hooks, then its pods from the ends to the origins. Ready when it resolves.
 * @throws NetworkError when a module cannot be used, LockedError when another process runs it
 */
export async function startNetwork(network: Network, options: NetworkOptions): Promise<RunningNetwork> {
  const { hooks, special, isStrict, loadModule } = options;
  const isHere = hereOf(options);
  const { bodies, diagnostics } = await loadBodies(network, {
    load: loadModule ?? createPodLoader(),
    isHere,
    ...(hooks === undefined ? {} : { hooks }),
    ...(special === undefined ? {} : { special }),
    ...(isStrict === undefined ? {} : { isStrict }),
  });
  const log = options.log ?? silentLogger;
  if (hasErrors(diagnostics)) {
    await closeBodies(bodies);
    throw new NetworkError(network.name, diagnostics);
  }
  for (const warning of diagnostics) log.warn(warning.message, { code: warning.code });
  try {
    await startBodies(network, bodies);
    const line = await options.transport.open(network, options.url === undefined ? {} : { url: options.url });
    return new RunningNetwork(network, line, bodies, options);
  } catch (error) {
    await closeBodies(bodies);
    throw error;
  }
}

async function startBodies(network: Network, bodies: readonly RunningBody[]): Promise<void> {
  for (const pod of network.pods) {
    const body = bodies[pod.index]!;
    if (body.start === undefined) continue;
    const outcome = await guard(() => body.start?.(), {
      name: `${network.name}/${pod.id}`,
      point: "onStart",
      timeoutMs: startTimeoutMs,
    });
    if (outcome.status === "ok") continue;
    const why = outcome.status === "failed" ? messageOf(outcome.error) : outcome.status;
    const message = `onStart of "${pod.id}" failed: ${why}`;
    throw new NetworkError(network.name, [{ code: "module-failed", severity: "error", message, ...pod.place }]);
  }
}

async function closeBodies(bodies: readonly RunningBody[]): Promise<void> {
  await Promise.all(bodies.map((body) => body.close?.()));
}

/** A network that takes and delivers messages. */
export class RunningNetwork {
  readonly network: Network;
  readonly line: Line;
  readonly log: Logger;
  readonly clock: Clock;
  readonly parts: Assembly;
  readonly waiters: Waiters;
  readonly watch: LoopWatch;
  /** Whether a pod runs in this process. */
  readonly isHere: (pod: Pod) => boolean;
  readonly #bodies: readonly RunningBody[];
  readonly #heartbeat: Heartbeat | undefined;
  readonly #abort = new AbortController();
  #state: NetworkState = "ready";
  #isRefusing = false;

  constructor(network: Network, line: Line, bodies: readonly RunningBody[], options: NetworkOptions) {
    const { clock = systemClock, log = silentLogger, random = Math.random, transport } = options;
    // Every hook that is open listens to it.
    setMaxListeners(0, this.#abort.signal);
    this.network = network;
    this.line = line;
    this.log = log;
    this.clock = clock;
    this.waiters = new Waiters(clock);
    this.watch = new LoopWatch(log);
    this.#bodies = bodies;
    this.isHere = hereOf(options);
    const names = network.pods.map((pod) => `${network.name}/${pod.id}`);
    this.#heartbeat = options.hasHeartbeat ? new Heartbeat(names) : undefined;
    this.parts = assemble({
      network,
      line,
      isAtomic: transport.isAtomic,
      bodies,
      isHere: this.isHere,
      watch: this.watch,
      heartbeat: this.#heartbeat,
      signal: this.#abort.signal,
      clock,
      log,
      random,
      mask: options.mask,
      onEnd: (pod, token, ending) => this.#ended(pod, token, ending),
    });
    line.peers?.answer(async () => JSON.stringify(await this.status()));
    if (this.parts.origins.size > 0) line.replies?.listen((address, end) => void this.waiters.settle(address, end));
    this.watch.start();
    const pods = this.#podsHere();
    line.remark?.({ type: "network-started", by: pods[0], data: { revision: network.revision, pods } });
    for (const receiver of this.parts.receivers) receiver.start();
  }

  #podsHere(): string[] {
    return this.network.pods.filter(this.isHere).map((pod) => pod.id);
  }

  /** Aborted when the network stops. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get isReady(): boolean {
    return this.reason === undefined;
  }

  /** Why it is not ready. */
  get reason(): string | undefined {
    if (this.#state !== "ready") return this.#state;
    if (!this.watch.isReady) return "a hook holds the event loop";
    return this.line.status().reason;
  }

  /**
   * Calls the hook of a gateway or initiator; resolves once what it returned is durable.
   * Rejects with FullError when there is no room, UnavailableError while stopping or when nothing can be made durable.
   */
  send(pod: string, incoming: Incoming): Promise<Accepted | Refused> {
    const origin = this.parts.origins.get(pod);
    if (origin === undefined) {
      return Promise.reject(new RangeError(`"${pod}" is not a gateway or initiator of "${this.network.name}".`));
    }
    if (this.#isRefusing)
      return Promise.reject(new UnavailableError(`The network "${this.network.name}" is stopping.`));
    if (!origin.hasRoom) return Promise.reject(new FullError("Too many messages are waiting."));
    try {
      const answer = origin.accept(incoming);
      return answer instanceof Promise ? answer : Promise.resolve(answer);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** As `send`, but waits for room instead of throwing: for sources that can wait. */
  async sendWhenRoom(pod: string, incoming: Incoming): Promise<Accepted | Refused> {
    for (;;) {
      try {
        return await this.send(pod, incoming);
      } catch (error) {
        if (!(error instanceof FullError)) throw error;
        await this.clock.sleep(roomPollMs, this.signal);
      }
    }
  }

  /** What becomes of it at every end that can be reached from the pod; nothing when the time is up first. */
  waitFor(pod: string, correlationId: string, forMs: number): Promise<Settled | undefined> {
    const ends = this.parts.endsOf(this.parts.origins.get(pod)!.pod);
    return this.waiters.wait(this.#addressOf(correlationId), ends, forMs);
  }

  /** Nobody waits any more. */
  stopWaiting(correlationId: string): void {
    this.waiters.forget(this.#addressOf(correlationId));
  }

  async status(): Promise<NetworkStatus> {
    return {
      network: this.network.name,
      revision: this.network.revision,
      state: this.#state,
      isReady: this.isReady,
      reason: this.reason,
      deadLetters: await this.line.deadLetters.count(),
      pods: await podStatuses(this.network.pods.filter(this.isHere), this.line, this.parts),
    };
  }

  /** Resolves when nothing waits and no hook runs (sets that are still open do not count). */
  async idle(): Promise<void> {
    do {
      while (!this.#isIdle()) await this.clock.sleep(5);
      await this.line.refresh?.();
    } while (!this.#isIdle());
  }

  /** Not ready at once; then no new messages; then the hooks that run may finish; what is left comes again next time. */
  async stop(options: StopOptions = {}): Promise<void> {
    if (this.#state !== "ready") return;
    this.#state = "draining";
    if (options.drainDelayMs) await this.clock.sleep(options.drainDelayMs);
    this.#isRefusing = true;
    for (const receiver of this.parts.receivers) receiver.stop();
    const until = this.clock.now() + (options.drainTimeoutMs ?? defaultDrainMs);
    while (this.parts.stats.some((stats) => stats.inFlight > 0) && this.clock.now() < until) await this.clock.sleep(5);
    this.#abort.abort(new UnavailableError("The network is stopping."));
    this.line.remark?.({ type: "network-stopped", by: this.#podsHere()[0] });
    await this.line.flush();
    await this.line.close();
    this.waiters.close();
    this.watch.stop();
    await this.#heartbeat?.close();
    await closeBodies(this.#bodies);
    this.#state = "closed";
  }

  #addressOf(correlationId: string): string {
    return this.line.replies?.addressOf(correlationId) ?? correlationId;
  }

  #ended(pod: Pod, token: Token, ending: "done" | TombstoneReason): void {
    const end = { pod: pod.id, ending, payload: token.payload?.text() };
    for (const address of token.reply?.split(",") ?? []) {
      if (!this.waiters.settle(address, end)) this.line.replies?.tell(address, end);
    }
  }

  #isIdle(): boolean {
    const { receivers, stats } = this.parts;
    if (stats.some((pod) => pod.inFlight > 0) || receivers.some((receiver) => !receiver.isIdle)) return false;
    return this.network.pods.every(
      (pod) => this.line.backlog(pod.index).messages <= (this.parts.openSets(pod)?.open ?? 0) * pod.ingress.length,
    );
  }
}

function hereOf({ pods }: NetworkOptions): (pod: Pod) => boolean {
  return pods === undefined ? () => true : (pod) => pods.includes(pod.id);
}

const roomPollMs = 10;
const startTimeoutMs = 30_000;
const defaultDrainMs = 10_000;
