import { hostname } from "node:os";
import { type Logger, silentLogger, systemClock } from "@pawl/hooks/guard";
import type { Network } from "../topology/network.ts";
import type { Line, Transport } from "../transport/transport.ts";
import { ensure, expectStreams, StreamError } from "./ensure.ts";
import { closeFormerStream } from "./former-stream.ts";
import { type Link, openLink } from "./link.ts";
import { Names } from "./names.ts";
import { NatsLine } from "./nats-line.ts";
import { type Limits, type Plan, planOf } from "./plan.ts";
import { Publisher } from "./publisher.ts";
import type { ServerOptions } from "./server-options.ts";

export interface NatsTransportOptions {
  readonly server: ServerOptions;
  /** Keeps networks of the same name apart on one server. Default: "default". */
  readonly tenant?: string;
  /**
   * `expect` leaves streams and consumers alone and waits until somebody with the rights has made them; `look` does not
   * wait either. Default: `ensure`.
   */
  readonly setUp?: "ensure" | "expect" | "look";
  readonly limits?: Partial<Limits>;
  /** After which an aggregator that gave no sign is taken over by another process. Default: 6 s. */
  readonly leaseMs?: number;
  /** How long the server may take to answer a question. Default: 5 s. */
  readonly answerMs?: number;
  /** Prefix of the inboxes of this process, for servers that limit who may subscribe to what. */
  readonly inboxPrefix?: string;
  readonly log?: Logger;
  /** Ends the attempts to connect. */
  readonly signal?: AbortSignal;
}

const defaults: Limits = {
  replicas: 1,
  maxBytes: 256 * 1_024 ** 2,
  maxMessages: undefined,
  historyBytes: 64 * 1_024 ** 2,
  duplicateWindowMs: 120_000,
  ackWaitMs: 30_000,
};

/**
 * Carries tokens over NATS JetStream, between any number of processes. Opening a network waits for the server; it
 * rejects with MissingClientError, ServerOptionError, CredentialsError or StreamError where waiting is of no use.
 */
export function createNatsTransport(options: NatsTransportOptions): Transport {
  return new NatsTransport(options);
}

class NatsTransport implements Transport {
  readonly kind = "nats";
  readonly isAtomic = false;
  readonly #options: NatsTransportOptions;
  readonly #abort = new AbortController();
  readonly #lines = new Set<NatsLine>();
  #opened: Promise<{ readonly link: Link; readonly publisher: Publisher }> | undefined;

  constructor(options: NatsTransportOptions) {
    this.#options = options;
    options.signal?.addEventListener("abort", () => this.#abort.abort(options.signal!.reason), { once: true });
    if (options.signal?.aborted) this.#abort.abort(options.signal.reason);
  }

  async open(network: Network): Promise<Line> {
    const { tenant = "default", leaseMs = 6_000 } = this.#options;
    const names = new Names(tenant, network.name);
    const limits = { ...defaults, ...this.#options.limits };
    const plan = planOf(network, names, limits);
    this.#opened ??= this.#connect(network);
    const opened = await this.#opened.catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    const { link, publisher } = opened;
    await this.#ensure(link, plan, () => setUp(opened, { names, limits, plan }));
    const isKeeper = (this.#options.setUp ?? "ensure") === "ensure";
    const closed = () => void this.#lines.delete(line);
    const line: NatsLine = new NatsLine(network, { link, publisher, names, plan, limits, leaseMs, closed });
    this.#lines.add(line);
    if (isKeeper) await line.keep().catch(() => {});
    return line;
  }

  async close(): Promise<void> {
    this.#abort.abort(new Error("The transport is closed."));
    await Promise.all([...this.#lines].map((line) => line.close()));
    const opened = await this.#opened?.catch(() => undefined);
    opened?.publisher.close();
    await opened?.link.close();
  }

  async #connect(network: Network): Promise<{ link: Link; publisher: Publisher }> {
    const { server, inboxPrefix = "_INBOX", answerMs = 5_000, log = silentLogger } = this.#options;
    const name = `pawl ${network.name} ${hostname()} ${process.pid}`;
    const link = await openLink({ server, name, inboxPrefix, answerMs, log, signal: this.#abort.signal });
    return { link, publisher: new Publisher(link) };
  }

  /** A server that has just started may need a while until JetStream answers. */
  async #ensure(link: Link, plan: Plan, make: () => Promise<void>): Promise<void> {
    const { log = silentLogger, setUp = "ensure" } = this.#options;
    for (let tries = 1; ; tries++) {
      try {
        if (setUp === "ensure") await make();
        else await expectStreams(link.manager, plan);
        return;
      } catch (error) {
        this.#abort.signal.throwIfAborted();
        const maySucceed = isPassing(error as Error) || (tries <= racesAtMost && isRace(error as Error));
        if (error instanceof StreamError && setUp !== "expect" && !maySucceed) throw error;
        if (tries % 20 === 1) log.warn(`JetStream is not ready, trying again: ${(error as Error).message}`);
        await systemClock.sleep(retryMs, this.#abort.signal);
      }
    }
  }
}

const retryMs = 500;

/** What a network needs on its server, with what a former version left there. */
async function setUp(
  parts: { readonly link: Link; readonly publisher: Publisher },
  { names, limits, plan }: { readonly names: Names; readonly limits: Limits; readonly plan: Plan },
): Promise<void> {
  const former = await closeFormerStream(parts, names, limits);
  await ensure(parts.link.manager, plan);
  await former?.move();
}

/**
 * Whether another process may be making the same stream: until it is there, the server says that its name is taken, or its
 * subjects. Where they belong to a stranger, it says so the next time, too.
 */
function isRace({ cause }: { readonly cause?: unknown }): boolean {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  return code === streamNameTaken || code === subjectsOverlap;
}

const racesAtMost = 3;
const streamNameTaken = 10_058;
const subjectsOverlap = 10_065;

/** Whether it may be better in a moment: no answer, or one that says so. */
function isPassing({ cause }: { readonly cause?: unknown }): boolean {
  const { status, name } = (cause ?? {}) as { status?: unknown; name?: string };
  return status === 503 || name === "TimeoutError" || name === "RequestError" || name === "NoRespondersError";
}
