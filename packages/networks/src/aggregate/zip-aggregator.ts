import type { PodRunnerOptions } from "../delivery/pod-runner.ts";
import type { Consumer, Delivery } from "../transport/transport.ts";
import type { OpenSets, Receiver } from "./aggregator.ts";
import { DeadlineWatch } from "./deadline-watch.ts";
import { PartialSet } from "./partial-set.ts";
import { SetCloser } from "./set-closer.ts";

/**
 * Joins the k-th token of every edge, whatever their correlation ids. A set that ran out of time leaves a debt on the
 * edges that brought nothing: their next token belongs to it, comes too late, and must not shift all that follow.
 */
export class ZipAggregator implements Receiver {
  readonly #options: PodRunnerOptions;
  readonly #closer: SetCloser;
  readonly #deadlines: DeadlineWatch;
  readonly #queues = new Map<number, Delivery[]>();
  /** Nothing as long as they are not read. */
  #debts: Map<number, number> | undefined;
  /** What came before they were. */
  #early: Delivery[] = [];
  #closing = 0;
  #made = 0;
  #consumer: Consumer | undefined;

  constructor(options: PodRunnerOptions) {
    this.#options = options;
    this.#closer = new SetCloser(options, () => {
      this.#closing--;
    });
    const { timeoutMs } = options.pod.aggregate!;
    const oldest = () => this.#heads();
    this.#deadlines = new DeadlineWatch({
      clock: options.clock,
      timeoutMs,
      oldest,
      expire: (set) => this.#expire(set),
    });
    for (const edge of options.pod.ingress) this.#queues.set(edge, []);
  }

  get isIdle(): boolean {
    return this.#closer.isIdle;
  }

  get openSets(): OpenSets {
    const longest = Math.max(...[...this.#queues.values()].map((queue) => queue.length));
    return { open: longest + this.#closing, oldestAt: this.#heads()?.firstAt };
  }

  start(): void {
    const { line, pod } = this.#options;
    const onLost = () => this.#forgetAll();
    const options = { credit: Number.POSITIVE_INFINITY, isExclusive: true, onLost };
    this.#consumer = line.consume(pod.index, options, (delivery) => this.#receive(delivery));
  }

  stop(): void {
    this.#consumer?.close();
    this.#deadlines.close();
    this.#closer.stop();
  }

  #receive(delivery: Delivery): void {
    const { stats } = this.#options;
    const { reason } = delivery.token;
    stats.received++;
    if (this.#debts === undefined) {
      this.#early.push(delivery);
      if (this.#early.length === 1) this.#readDebts();
    } else this.#sort(delivery);
    if (reason !== undefined) stats.tombstonesIn++;
  }

  /** At once where notes can be read at once. */
  #readDebts(): void {
    const { line, pod } = this.#options;
    const notes = pod.ingress.map((edge) => line.note(pod.index, debtName(edge)));
    const begin = (found: readonly (string | undefined)[]) => {
      this.#debts = new Map(pod.ingress.map((edge, index) => [edge, Number(found[index] ?? 0)]));
      for (const delivery of this.#early.splice(0)) this.#sort(delivery);
    };
    if (notes.every((note) => !(note instanceof Promise))) begin(notes as (string | undefined)[]);
    else Promise.all(notes).then(begin, () => this.#giveBackEarly());
  }

  /** They come again, and the debts are read again. */
  #giveBackEarly(): void {
    for (const delivery of this.#early.splice(0)) delivery.retry(debtRetryMs);
  }

  #sort(delivery: Delivery): void {
    const { edge } = delivery.token;
    if ((this.#debts?.get(edge) ?? 0) > 0) {
      this.#late(delivery);
      return;
    }
    this.#queues.get(edge)!.push(delivery);
    while ([...this.#queues.values()].every((queue) => queue.length > 0)) this.#closer.close(this.#take());
    this.#deadlines.arm();
  }

  /** Another process has it now, and will be given everything that is here. */
  #forgetAll(): void {
    this.#debts = undefined;
    this.#early = [];
    for (const queue of this.#queues.values()) queue.length = 0;
  }

  /** The tokens that stand first, as the set they will be part of; nothing when there are none. */
  #heads(): PartialSet | undefined {
    const heads = [...this.#queues.values()].flatMap((queue) => queue.slice(0, 1));
    if (heads.length === 0) return undefined;
    const set = new PartialSet(`zip/${this.#made}`, Math.min(...heads.map((head) => head.arrivedAt)));
    for (const head of heads) set.parts.set(head.token.edge, head);
    return set;
  }

  #take(): PartialSet {
    const set = this.#heads()!;
    for (const edge of set.parts.keys()) this.#queues.get(edge)!.shift();
    this.#made++;
    this.#closing++;
    return set;
  }

  #expire(_heads: PartialSet): void {
    const set = this.#take();
    const notes = this.#options.pod.ingress.filter((edge) => !set.parts.has(edge)).map((edge) => this.#owe(edge, 1));
    this.#closer.expire(set, notes);
  }

  #owe(edge: number, change: 1 | -1): { pod: number; name: string; value: string | undefined } {
    const debt = (this.#debts?.get(edge) ?? 0) + change;
    this.#debts?.set(edge, debt);
    return { pod: this.#options.pod.index, name: debtName(edge), value: debt === 0 ? undefined : String(debt) };
  }

  #late(delivery: Delivery): void {
    this.#options.stats.late++;
    const notes = [this.#owe(delivery.token.edge, -1)];
    if (delivery.token.reason !== undefined) delivery.commit({ outputs: [], notes });
    else this.#closer.refuse(delivery, "late", notes);
  }
}

const debtRetryMs = 1_000;

function debtName(edge: number): string {
  return `debt/${edge}`;
}
