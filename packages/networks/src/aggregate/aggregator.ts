import type { PodRunnerOptions } from "../delivery/pod-runner.ts";
import { idOf } from "../envelope/token.ts";
import type { Consumer, Delivery } from "../transport/transport.ts";
import { DeadlineWatch } from "./deadline-watch.ts";
import { PartialSet } from "./partial-set.ts";
import { closedName, SetCloser } from "./set-closer.ts";
import { setKeyOf } from "./set-key.ts";

/** What the parts of a network that receive tokens have in common. */
export interface Receiver {
  readonly isIdle: boolean;
  start(): void;
  stop(): void;
}

/** What `status` tells about an aggregator. */
export interface OpenSets {
  readonly open: number;
  /** When the first token of the oldest one arrived. */
  readonly oldestAt: number | undefined;
}

/** Collects the tokens of each correlation (or key) until every edge has brought its one, or the time is up. */
export class Aggregator implements Receiver {
  readonly #options: PodRunnerOptions;
  readonly #closer: SetCloser;
  readonly #deadlines: DeadlineWatch;
  /** By key, in order of arrival: the first is the oldest. */
  readonly #collecting = new Map<string, PartialSet>();
  readonly #closing = new Map<string, PartialSet>();
  /** First come, first opened, with all that has come for the same set. */
  readonly #parked = new Map<string, Delivery[]>();
  #consumer: Consumer | undefined;

  constructor(options: PodRunnerOptions) {
    this.#options = options;
    this.#closer = new SetCloser(options, (set) => this.#forget(set));
    const { timeoutMs } = options.pod.aggregate!;
    const oldest = () => this.#oldest();
    this.#deadlines = new DeadlineWatch({
      clock: options.clock,
      timeoutMs,
      oldest,
      expire: (set) => this.#expire(set),
    });
  }

  get isIdle(): boolean {
    return this.#closer.isIdle;
  }

  get openSets(): OpenSets {
    return { open: this.#collecting.size + this.#closing.size, oldestAt: this.#oldest()?.firstAt };
  }

  start(): void {
    const { line, pod } = this.#options;
    // Tokens stay in its hands until their set closes, so credit would only make it wait for what it does not take.
    const credit = Number.POSITIVE_INFINITY;
    const options = { credit, isExclusive: true, onLost: () => this.#forgetAll() };
    this.#consumer = line.consume(pod.index, options, (delivery) => this.#receive(delivery));
  }

  stop(): void {
    this.#consumer?.close();
    this.#deadlines.close();
    this.#closer.stop();
  }

  #receive(delivery: Delivery): void {
    const { stats, network } = this.#options;
    const { token } = delivery;
    stats.received++;
    if (token.reason !== undefined) stats.tombstonesIn++;
    if (token.hop > network.pods.length) {
      this.#closer.refuse(delivery, "hop-limit");
      return;
    }
    this.#sort(delivery);
  }

  #sort(delivery: Delivery): void {
    const { pod, line } = this.#options;
    const key = setKeyOf(delivery.token, pod.aggregate!.correlate);
    if (key === undefined) {
      // It stands for a message without a key, so there is no set that waits for it.
      if (delivery.token.reason !== undefined) delivery.commit({ outputs: [] });
      else this.#closer.refuse(delivery, "no-key");
      return;
    }
    const set = this.#collecting.get(key) ?? this.#closing.get(key);
    if (set !== undefined) {
      this.#add(set, delivery);
      return;
    }
    const parked = this.#parked.get(key);
    if (parked !== undefined) {
      parked.push(delivery);
      return;
    }
    const closed = line.note(pod.index, closedName(key));
    if (closed instanceof Promise)
      closed.then(
        (ids) => this.#begin(key, delivery, ids),
        () => delivery.retry(memoryRetryMs),
      );
    else this.#begin(key, delivery, closed);
  }

  /** The first token of its set, as far as is known here. */
  #begin(key: string, delivery: Delivery, closedIds: string | undefined): void {
    const { pod } = this.#options;
    const known = this.#collecting.get(key) ?? this.#closing.get(key);
    if (known !== undefined) this.#add(known, delivery);
    else if (closedIds !== undefined) this.#late(delivery, JSON.parse(closedIds) as string[]);
    else if (this.#collecting.size + this.#closing.size >= pod.aggregate!.maxOpen) this.#park(key, delivery);
    else {
      const set = new PartialSet(key, delivery.arrivedAt);
      this.#collecting.set(key, set);
      this.#add(set, delivery);
      this.#deadlines.arm();
    }
  }

  #add(set: PartialSet, delivery: Delivery): void {
    const { token } = delivery;
    const present = set.parts.get(token.edge);
    if (present !== undefined && idOf(present.token) !== idOf(token)) {
      this.#closer.refuse(delivery, "duplicate-key");
      return;
    }
    // The same token again is a redelivery: the newer one is the one to acknowledge.
    if (present !== undefined) this.#options.stats.duplicates++;
    set.parts.set(token.edge, delivery);
    const isWhole = set.parts.size === this.#options.pod.ingress.length;
    if (!isWhole || !this.#collecting.delete(set.key)) return;
    this.#closing.set(set.key, set);
    this.#closer.close(set);
  }

  #expire(set: PartialSet): void {
    this.#collecting.delete(set.key);
    this.#closing.set(set.key, set);
    const { line, pod, isAtomic } = this.#options;
    const closed = isAtomic ? undefined : line.note(pod.index, closedName(set.key));
    if (closed instanceof Promise)
      closed.then(
        (ids) => this.#expired(set, ids),
        () => this.#unexpire(set),
      );
    else this.#expired(set, closed);
  }

  /** Whether it was closed cannot be told now: it is looked at again. */
  #unexpire(set: PartialSet): void {
    const { clock } = this.#options;
    this.#closing.delete(set.key);
    clock.after(memoryRetryMs, () => {
      if (this.#closing.has(set.key) || this.#collecting.has(set.key)) return;
      this.#closing.set(set.key, set);
      this.#expire(set);
    });
  }

  /** A process that was thought dead may have closed it meanwhile: what is here is then only left over. */
  #expired(set: PartialSet, closedIds: string | undefined): void {
    if (closedIds === undefined) {
      this.#closer.expire(set);
      return;
    }
    for (const part of set.parts.values()) this.#late(part, JSON.parse(closedIds) as string[]);
    this.#forget(set);
  }

  /** For a set that is closed: a leftover of it, or one that came too late. It never opens another. */
  #late(delivery: Delivery, ids: readonly string[]): void {
    const { stats } = this.#options;
    const isLeftover = ids.includes(idOf(delivery.token));
    if (isLeftover) stats.duplicates++;
    else stats.late++;
    if (isLeftover || delivery.token.reason !== undefined) delivery.commit({ outputs: [] });
    else this.#closer.refuse(delivery, "late");
  }

  /** Another process has it now, and will be given everything that is here. Sets whose hook runs may still end. */
  #forgetAll(): void {
    this.#collecting.clear();
    this.#parked.clear();
  }

  #forget(set: PartialSet): void {
    this.#closing.delete(set.key);
    const next = this.#parked.entries().next().value;
    if (next === undefined) return;
    const [key, deliveries] = next;
    this.#parked.delete(key);
    for (const delivery of deliveries) this.#sort(delivery);
  }

  #park(key: string, delivery: Delivery): void {
    const parked = this.#parked.get(key);
    if (parked === undefined) this.#parked.set(key, [delivery]);
    else parked.push(delivery);
  }

  #oldest(): PartialSet | undefined {
    return this.#collecting.values().next().value;
  }
}

/** After which what could not be read is read again. */
const memoryRetryMs = 1_000;
