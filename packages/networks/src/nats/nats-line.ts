import { type Payload, TextPayload } from "../envelope/payload.ts";
import { idOf, type Token } from "../envelope/token.ts";
import type { HistoryQuery, MessageHistory } from "../history/message-history.ts";
import { recollect } from "../history/recollect.ts";
import { tellStep } from "../history/told.ts";
import type { Network, Pod } from "../topology/network.ts";
import type { DeadLetters, NewDeadLetter } from "../transport/dead-letter.ts";
import {
  type Backlog,
  type ConsumeOptions,
  type Consumer,
  type Delivery,
  FullError,
  type Injected,
  type InjectOptions,
  type Line,
  type Outputs,
  type Receipt,
  type Remark,
  type Step,
  type StepDone,
  UnavailableError,
} from "../transport/transport.ts";
import { answered } from "./answered.ts";
import { BacklogWatch } from "./backlog-watch.ts";
import { Committer } from "./committer.ts";
import { ensureConsumer } from "./ensure.ts";
import { ExclusiveConsumer } from "./exclusive-consumer.ts";
import type { Link } from "./link.ts";
import type { Names } from "./names.ts";
import { NatsDeadLetters } from "./nats-dead-letters.ts";
import type { NatsDelivery } from "./nats-delivery.ts";
import { NatsLeases } from "./nats-leases.ts";
import { NatsOrders } from "./nats-orders.ts";
import { NatsOutputs } from "./nats-outputs.ts";
import { NatsPast } from "./nats-past.ts";
import { Notebook, tryName } from "./notebook.ts";
import { NatsPeers, NatsReplies } from "./peers.ts";
import type { Limits, Plan } from "./plan.ts";
import { type ConsumerDesk, PodConsumer } from "./pod-consumer.ts";
import type { Publisher } from "./publisher.ts";
import { Records } from "./records.ts";
import { staleLetter } from "./stale.ts";
import { Sweep } from "./sweep.ts";
import { TokenRoads } from "./token-roads.ts";

export interface NatsLineParts {
  readonly link: Link;
  readonly publisher: Publisher;
  readonly names: Names;
  readonly plan: Plan;
  readonly limits: Limits;
  readonly leaseMs: number;
  closed(): void;
}

/** Of the dead letters, when somebody asks what became of a message. */
const lettersLookedAt = 1_000;
const tryMs = 10 * 60_000;
const flushMs = 5_000;

/** One network on NATS, as this process sees it: the pods it runs, and what can be asked of the others. */
export class NatsLine implements Line, ConsumerDesk {
  readonly network: Network;
  readonly deadLetters: DeadLetters;
  readonly maxMessageBytes: number;
  readonly replies: NatsReplies;
  readonly peers: NatsPeers;
  readonly leases: NatsLeases;
  readonly orders: NatsOrders;
  readonly remark: (remark: Remark) => void;
  readonly #parts: NatsLineParts;
  readonly #records: Records;
  readonly #notebook: Notebook;
  readonly #outputs: NatsOutputs;
  readonly #committer: Committer;
  readonly #backlog: BacklogWatch;
  readonly #roads: TokenRoads;
  readonly #past: NatsPast;
  readonly #consumers: (PodConsumer | ExclusiveConsumer)[] = [];
  #sweep: Sweep | undefined;
  #isClosed = false;

  constructor(network: Network, parts: NatsLineParts) {
    const { link, publisher, names, limits, leaseMs } = parts;
    this.network = network;
    this.#parts = parts;
    this.#records = new Records(link, publisher);
    this.#notebook = new Notebook({ records: this.#records, names, network });
    this.#outputs = new NatsOutputs({ link, records: this.#records, names, network });
    this.replies = new NatsReplies(link, names);
    this.peers = new NatsPeers(link, names);
    this.orders = new NatsOrders(link, names);
    this.leases = new NatsLeases(this.#records, names, leaseMs);
    this.#backlog = new BacklogWatch({ link, names, network, limits });
    this.#roads = new TokenRoads(network, names, (pod, bytes) => this.#backlog.sent(pod, bytes));
    this.#past = new NatsPast({ link, publisher, names });
    this.remark = this.#past.remark;
    const dead = new NatsDeadLetters({ link, records: this.#records, names });
    this.deadLetters = dead;
    const written = { publisher, dead, notebook: this.#notebook, roads: this.#roads, backlog: this.#backlog };
    const onDone = (delivery: NatsDelivery, step: Step) =>
      tellStep(this.#past.tell, network.pods[delivery.pod]!.id, delivery.token, step);
    this.#committer = new Committer({ ...written, onDone, patienceMs: limits.duplicateWindowMs * 0.8 });
    this.maxMessageBytes = this.#roads.roomIn(link.connection.info?.max_payload ?? 1_048_576);
  }

  /** Also looks after tokens that nobody will ever take. */
  async keep(): Promise<void> {
    const { link, names } = this.#parts;
    const bury = (letter: NewDeadLetter) => this.#committer.bury(letter);
    this.#sweep = new Sweep({ link, records: this.#records, names, network: this.network, bury });
    await this.#sweep.begin();
  }

  seal(value: object): Payload {
    return TextPayload.of(value);
  }

  inject(tokens: readonly Token[], extra: InjectOptions = {}): Promise<Injected> {
    const { link } = this.#parts;
    if (this.#isClosed) return Promise.reject(new UnavailableError("The network has stopped."));
    if (link.reason !== undefined) return Promise.reject(new UnavailableError(link.reason));
    if (this.#backlog.isHalfFull)
      return Promise.reject(new FullError("The stream of the network has no room for new messages."));
    if (tokens.length !== 1 || extra.receipt !== undefined || (extra.notes?.length ?? 0) > 0)
      return this.#injectAll(tokens, extra);
    return new Promise((resolve, reject) => {
      this.#parts.publisher.publish(this.#roads.entering(tokens[0]!), (error, stored) => {
        if (error !== undefined) reject(error);
        else resolve(this.#injected(tokens, extra, stored!.isDuplicate ? "duplicate" : "new"));
      });
    });
  }

  async #injectAll(tokens: readonly Token[], extra: InjectOptions): Promise<Injected> {
    const { publisher } = this.#parts;
    const { receipt, notes = [] } = extra;
    if (receipt !== undefined && (await this.receipt(receipt.pod, receipt.key)) !== undefined) return "duplicate";
    const stored = await Promise.all(tokens.map((token) => publisher.store(this.#roads.entering(token))));
    const after = notes.map((note) => this.#notebook.publicationOf(note));
    if (receipt !== undefined) after.push(this.#notebook.receiptPublication(receipt));
    await Promise.all(after.map((publication) => publisher.store(publication)));
    const isKnown = stored.length > 0 && stored.every(({ isDuplicate }) => isDuplicate);
    return this.#injected(tokens, extra, isKnown ? "duplicate" : "new");
  }

  /** The history is told of it. */
  #injected(tokens: readonly Token[], extra: InjectOptions, injected: Injected): Injected {
    const [first] = tokens;
    if (injected === "duplicate" || first === undefined) return injected;
    const sender = this.network.pods[this.network.edges[first.edge]!.from]!.id;
    tellStep(this.#past.tell, sender, first, { outputs: tokens, ...extra });
    return injected;
  }

  consume(index: number, consume: ConsumeOptions, handler: (delivery: Delivery) => void): Consumer {
    const { link, names, limits, leaseMs } = this.#parts;
    const pod = this.network.pods[index]!;
    const { ackWaitMs } = limits;
    const edges = this.#roads.bySubject;
    const options = { link, stream: names.waiting(pod.id), pod, edges, ackWaitMs, consume, handler, desk: this };
    const consumer = consume.isExclusive
      ? new ExclusiveConsumer({
          leases: this.leases,
          name: `pod-${pod.id}`,
          retryMs: leaseMs / 6,
          begin: async () => new PodConsumer(options, await this.#takeOver(pod)),
          onLost: () => consume.onLost?.(),
        })
      : new PodConsumer(options, 0);
    this.#consumers.push(consumer);
    return consumer;
  }

  backlog(pod: number): Backlog {
    return this.#backlog.of(pod);
  }

  refresh(): Promise<void> {
    return this.#backlog.refresh();
  }

  note(pod: number, name: string): string | undefined | Promise<string | undefined> {
    return this.#notebook.note(pod, name);
  }

  receipt(pod: number, key: string): Promise<Receipt | undefined> {
    return this.#notebook.receipt(pod, key);
  }

  async answer(receipt: Receipt): Promise<void> {
    await this.#parts.publisher.store(this.#notebook.receiptPublication(receipt));
  }

  outputs(pod: number, page?: { readonly limit?: number; readonly after?: number }): Promise<Outputs> {
    return this.#outputs.page(pod, page);
  }

  outputOf(pod: number, correlationId: string): Promise<string | undefined> {
    return this.#outputs.of(pod, correlationId);
  }

  async pending(correlationId: string): Promise<number> {
    const waiting = await answered(this.#roads.oldest(this.#parts.link.manager));
    return waiting.filter((token) => token.correlationId === correlationId).length;
  }

  async recall(query: HistoryQuery): Promise<readonly MessageHistory[]> {
    await this.flush();
    const { manager } = this.#parts.link;
    const letters = this.deadLetters.list({ limit: lettersLookedAt });
    const [past, waiting, dead] = await answered(
      Promise.all([this.#past.read(), this.#roads.oldest(manager), letters]),
    );
    return recollect(this.network, { told: () => past, waiting, deadLetters: [...dead].reverse() }, query);
  }

  status(): { isReady: boolean; reason: string | undefined } {
    const reason = this.#isClosed ? "closed" : this.#parts.link.reason;
    return { isReady: reason === undefined, reason };
  }

  /** Also that the server has heard every acknowledgement. Without a connection it is not waited for long. */
  async flush(): Promise<void> {
    this.#past.flush();
    await inTime(this.#committer.settled(), flushMs);
    await inTime(this.#parts.link.flush(), flushMs);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    for (const consumer of this.#consumers) consumer.close();
    await this.flush();
    this.#isClosed = true;
    await Promise.all(this.#consumers.map((consumer) => inTime(consumer.end(), flushMs)));
    this.#backlog.close();
    this.#sweep?.close();
    this.replies.close();
    this.peers.close();
    this.orders.close();
    await this.leases.close();
    await this.flush();
    this.#parts.closed();
  }

  // What its deliveries and consumers ask of it.

  begin(delivery: NatsDelivery, done: () => void): void {
    const name = tryName(idOf(delivery.token));
    const note = { pod: delivery.pod, name, value: String(delivery.attempt), until: Date.now() + tryMs };
    this.#parts.publisher.publish(this.#notebook.publicationOf(note), (error) => {
      if (error === undefined) done();
      else delivery.home.forget(delivery);
    });
  }

  retry(delivery: NatsDelivery, delayMs: number): void {
    if (delivery.state === "open") delivery.home.rest(delivery, delayMs);
  }

  commit(delivery: NatsDelivery, step: Step, done: StepDone | undefined): void {
    if (!this.#isClosed) this.#committer.commit(delivery, step, done);
  }

  async triesOf(delivery: NatsDelivery): Promise<number> {
    return Number((await this.#notebook.note(delivery.pod, tryName(idOf(delivery.token)))) ?? 0);
  }

  async stale(pod: Pod, subject: string, body: string): Promise<void> {
    const letter = staleLetter(this.network, pod, { subject, body, now: Date.now() });
    if (letter !== undefined) await this.#committer.bury(letter);
  }

  async restore(pod: Pod): Promise<void> {
    const { link, plan } = this.#parts;
    const wanted = plan.consumers.find(({ config }) => config.durable_name === pod.id)!;
    await ensureConsumer(link.manager, wanted).catch(() => {});
  }

  /** Everything that is not settled comes at once and in order, also what a process before had in its hands. */
  async #takeOver(pod: Pod): Promise<number> {
    const { link, names } = this.#parts;
    const stream = names.waiting(pod.id);
    await link.manager.consumers.delete(stream, pod.id).catch(() => {});
    await this.restore(pod);
    return (await link.manager.streams.info(stream)).state.last_seq;
  }
}

/** Resolves when it has, or when the time is up. */
async function inTime(work: Promise<void> | undefined, ms: number): Promise<void> {
  if (work === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work.catch(() => {}), late]);
  clearTimeout(timer);
}
