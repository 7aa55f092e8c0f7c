import { type Payload, TextPayload } from "../envelope/payload.ts";
import { idOf, type Token } from "../envelope/token.ts";
import type { Network, Pod } from "../topology/network.ts";
import type { DeadLetters } from "../transport/dead-letter.ts";
import {
  type Backlog,
  type ConsumeOptions,
  type Consumer,
  type Delivery,
  FullError,
  type Line,
  type Note,
  type Outputs,
  type Receipt,
  type Step,
  type StepDone,
  UnavailableError,
} from "../transport/transport.ts";
import { BacklogWatch } from "./backlog-watch.ts";
import { ensureConsumer } from "./ensure.ts";
import { ExclusiveConsumer } from "./exclusive-consumer.ts";
import type { Link } from "./link.ts";
import type { Names } from "./names.ts";
import { NatsDeadLetters } from "./nats-dead-letters.ts";
import type { NatsDelivery } from "./nats-delivery.ts";
import { NatsLeases } from "./nats-leases.ts";
import { NatsOutputs } from "./nats-outputs.ts";
import { Notebook, tryName } from "./notebook.ts";
import { NatsPeers, NatsReplies } from "./peers.ts";
import type { Limits, Plan } from "./plan.ts";
import { type ConsumerDesk, PodConsumer } from "./pod-consumer.ts";
import type { Publication, Publisher } from "./publisher.ts";
import { Records } from "./records.ts";
import { staleLetter } from "./stale.ts";
import { publishPhases } from "./step.ts";
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
  readonly #parts: NatsLineParts;
  readonly #records: Records;
  readonly #notebook: Notebook;
  readonly #outputs: NatsOutputs;
  readonly #dead: NatsDeadLetters;
  readonly #backlog: BacklogWatch;
  readonly #roads: TokenRoads;
  readonly #consumers: (PodConsumer | ExclusiveConsumer)[] = [];
  #committing = 0;
  #settled: (() => void)[] = [];
  #isClosed = false;

  constructor(network: Network, parts: NatsLineParts) {
    const { link, publisher, names, limits, leaseMs } = parts;
    this.network = network;
    this.#parts = parts;
    this.#records = new Records(link, publisher);
    this.#notebook = new Notebook({ records: this.#records, names, network });
    this.#outputs = new NatsOutputs({ link, records: this.#records, names, network });
    this.#dead = new NatsDeadLetters({ link, records: this.#records, names });
    this.replies = new NatsReplies(link, names);
    this.peers = new NatsPeers(link, names);
    this.leases = new NatsLeases(this.#records, names, leaseMs);
    this.#backlog = new BacklogWatch({ link, stream: names.tokens, network, limits });
    this.#roads = new TokenRoads(network, names, (pod, bytes) => this.#backlog.sent(pod, bytes));
    this.deadLetters = this.#dead;
    this.maxMessageBytes = this.#roads.roomIn(link.connection.info?.max_payload ?? 1_048_576);
  }

  seal(value: object): Payload {
    return TextPayload.of(value);
  }

  async inject(
    tokens: readonly Token[],
    extra: { readonly receipt?: Receipt; readonly notes?: readonly Note[] } = {},
  ): Promise<"new" | "duplicate"> {
    const { link, publisher } = this.#parts;
    if (this.#isClosed) throw new UnavailableError("The network has stopped.");
    if (link.reason !== undefined) throw new UnavailableError(link.reason);
    if (this.#backlog.isHalfFull) throw new FullError("The stream of the network has no room for new messages.");
    const { receipt, notes = [] } = extra;
    if (receipt !== undefined && (await this.receipt(receipt.pod, receipt.key)) !== undefined) return "duplicate";
    const stored = await Promise.all(tokens.map((token) => publisher.store(this.#roads.entering(token))));
    const after = notes.map((note) => this.#notebook.publicationOf(note));
    if (receipt !== undefined) after.push(this.#notebook.receiptPublication(receipt));
    await Promise.all(after.map((publication) => publisher.store(publication)));
    return stored.length > 0 && stored.every(({ isDuplicate }) => isDuplicate) ? "duplicate" : "new";
  }

  consume(index: number, consume: ConsumeOptions, handler: (delivery: Delivery) => void): Consumer {
    const { link, names, limits, leaseMs } = this.#parts;
    const pod = this.network.pods[index]!;
    const { ackWaitMs } = limits;
    const edges = this.#roads.bySubject;
    const options = { link, stream: names.tokens, pod, edges, ackWaitMs, consume, handler, desk: this };
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

  pending(correlationId: string): Promise<number> {
    return this.#roads.count(this.#parts.link.manager, correlationId);
  }

  status(): { isReady: boolean; reason: string | undefined } {
    const reason = this.#isClosed ? "closed" : this.#parts.link.reason;
    return { isReady: reason === undefined, reason };
  }

  /** Also that the server has heard every acknowledgement. Without a connection it is not waited for long. */
  async flush(): Promise<void> {
    const { connection, isConnected } = this.#parts.link;
    const done = this.#committing === 0 ? undefined : new Promise<void>((resolve) => this.#settled.push(resolve));
    await inTime(done, flushMs);
    if (isConnected && !connection.isClosed()) await inTime(connection.flush(), flushMs);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    for (const consumer of this.#consumers) consumer.close();
    await this.flush();
    this.#isClosed = true;
    await Promise.all(this.#consumers.map((consumer) => inTime(consumer.end(), flushMs)));
    this.#backlog.close();
    this.replies.close();
    this.peers.close();
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
    if (delivery.state !== "open" || this.#isClosed) return;
    const all = step.also === undefined ? [delivery] : [delivery, ...(step.also as readonly NatsDelivery[])];
    if (this.#isOutdated(delivery)) {
      for (const each of all) each.home.forget(each);
      done?.(new UnavailableError("It was held for longer than the server remembers ids."));
      return;
    }
    for (const each of all) each.state = "committing";
    this.#committing++;
    publishPhases(this.#parts.publisher, this.#phasesOf(delivery, step), (error) => {
      this.#committing--;
      for (const each of all) {
        if (error !== undefined) each.home.forget(each);
        else {
          each.home.acknowledge(each);
          this.#backlog.settled(each.pod);
        }
      }
      done?.(error);
      if (this.#committing === 0) for (const resolve of this.#settled.splice(0)) resolve();
    });
  }

  async triesOf(delivery: NatsDelivery): Promise<number> {
    return Number((await this.#notebook.note(delivery.pod, tryName(idOf(delivery.token)))) ?? 0);
  }

  async stale(pod: Pod, subject: string, body: string): Promise<void> {
    const letter = staleLetter(this.network, pod, { subject, body, now: Date.now() });
    if (letter === undefined) return;
    for (const phase of this.#dead.publications(letter))
      await Promise.all(phase.map((publication) => this.#parts.publisher.store(publication)));
  }

  async restore(pod: Pod): Promise<void> {
    const { link, names, plan } = this.#parts;
    const wanted = plan.consumers.find((consumer) => consumer.durable_name === pod.id)!;
    await ensureConsumer(link.manager, names.tokens, wanted).catch(() => {});
  }

  /** Dead letter first, then what follows, then the memory of it: each must be there when the next is. */
  #phasesOf(delivery: NatsDelivery, step: Step): (readonly Publication[])[] {
    const { outputs, dead, record, notes } = step;
    const phases: (readonly Publication[])[] = dead === undefined ? [] : [...this.#dead.publications(dead)];
    const following = outputs.map((token) => this.#roads.inside(token));
    if (record !== undefined && delivery.token.payload !== undefined)
      following.push(this.#roads.output(delivery.token, record.pod));
    phases.push(following);
    if (notes !== undefined) phases.push(notes.map((note) => this.#notebook.publicationOf(note)));
    return phases;
  }

  /** The server would no longer know that another process has sent the same. Then the token comes again instead. */
  #isOutdated(delivery: NatsDelivery): boolean {
    return performance.now() - delivery.touchedAt > this.#parts.limits.duplicateWindowMs * 0.8;
  }

  /** Everything that is not settled comes at once and in order, also what a process before had in its hands. */
  async #takeOver(pod: Pod): Promise<number> {
    const { link, names } = this.#parts;
    await link.manager.consumers.delete(names.tokens, pod.id).catch(() => {});
    await this.restore(pod);
    return (await link.manager.streams.info(names.tokens)).state.last_seq;
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
