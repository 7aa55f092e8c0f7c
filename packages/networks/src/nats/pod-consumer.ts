import { systemClock } from "@pawl/hooks/guard";
import { DueQueue } from "../schedule/due-queue.ts";
import type { Pod } from "../topology/network.ts";
import type { ConsumeOptions, Consumer, Delivery } from "../transport/transport.ts";
import type { Msg } from "./client.ts";
import type { Link } from "./link.ts";
import { placeOf, tokenOf } from "./message.ts";
import { type DeliveryDesk, type DeliveryHome, NatsDelivery } from "./nats-delivery.ts";
import { NumberTable } from "./number-table.ts";
import { Pull } from "./pull.ts";
import { textOf, words } from "./wire.ts";

export interface PodConsumerOptions {
  readonly link: Link;
  readonly stream: string;
  readonly pod: Pod;
  /** Edges by the subject their tokens travel on. */
  readonly edges: ReadonlyMap<string, number>;
  readonly ackWaitMs: number;
  readonly consume: ConsumeOptions;
  readonly handler: (delivery: Delivery) => void;
  readonly desk: ConsumerDesk;
}

/** What a consumer asks of its line. */
export interface ConsumerDesk extends DeliveryDesk {
  /** How often the hook was called with it in lives that ended; nothing when it is not known at once. */
  triesOf(delivery: NatsDelivery): Promise<number>;
  /** A message whose connection is gone, or which is none. Resolves when it is put away. */
  stale(pod: Pod, subject: string, body: string): Promise<void>;
  /** Makes the consumer again. */
  restore(pod: Pod): Promise<void>;
}

const averageStart = 1_024;
const memoryBytes = 64 * 1024 * 1024;

/** The tokens of one pod that are in the hands of this process. */
export class PodConsumer implements Consumer, DeliveryHome {
  readonly #options: PodConsumerOptions;
  readonly #open = new NumberTable<NatsDelivery>();
  /** In order of arrival, those that wait for their turn to be handed out. */
  #waiting: NatsDelivery[] = [];
  readonly #pull: Pull;
  readonly #touch: NodeJS.Timeout;
  readonly #retries = new DueQueue<NatsDelivery>(systemClock, (delivery) => this.#wake(delivery));
  /** What was stored before this was there to be tried by somebody else. */
  readonly #recoveredUpTo: number;
  #averageBytes = averageStart;
  #resting = 0;
  #isClosed = false;

  constructor(options: PodConsumerOptions, recoveredUpTo: number) {
    this.#options = options;
    this.#recoveredUpTo = recoveredUpTo;
    const { link, stream, pod, ackWaitMs, desk } = options;
    this.#touch = setInterval(() => this.#touchAll(), ackWaitMs / 3);
    this.#pull = new Pull({
      link,
      stream,
      consumer: pod.id,
      room: () => this.#room(),
      onMessage: (message) => this.#receive(message),
      onMissing: () => void desk.restore(pod),
    });
  }

  /** Takes no more. What is open may still be committed. */
  close(): void {
    this.#isClosed = true;
    void this.#pull.close();
  }

  /** Gives back what is open, so that another takes it at once. */
  async end(): Promise<void> {
    this.close();
    await this.#pull.close();
    clearInterval(this.#touch);
    this.#retries.close();
    for (const delivery of this.#open.values()) if (delivery.state === "open") this.giveBack(delivery);
    this.#waiting = [];
  }

  acknowledge(delivery: NatsDelivery): void {
    this.#options.link.send(delivery.reply, words.done);
    this.forget(delivery);
  }

  giveBack(delivery: NatsDelivery): void {
    this.#options.link.send(delivery.reply, words.again);
    this.forget(delivery);
  }

  forget(delivery: NatsDelivery): void {
    delivery.state = "gone";
    this.#open.delete(delivery.seq);
    this.#pull.more();
  }

  /** An ordered pod gets nothing else meanwhile. */
  rest(delivery: NatsDelivery, delayMs: number): void {
    if (this.#isClosed) {
      this.giveBack(delivery);
      return;
    }
    if (!this.#options.consume.isOrdered) this.#resting++;
    this.#retries.add(delivery, Date.now() + delayMs);
    this.#pull.more();
  }

  #wake(delivery: NatsDelivery): void {
    if (!this.#options.consume.isOrdered) this.#resting--;
    if (delivery.state !== "open" || this.#isClosed) return;
    delivery.attempt++;
    this.#options.handler(delivery);
  }

  #room(): { readonly most: number; readonly open: number } {
    const { credit, isOrdered } = this.#options.consume;
    const fitting = Math.max(1, Math.floor(memoryBytes / this.#averageBytes));
    // The server keeps the order of an ordered pod by itself, so that asking ahead costs it nothing.
    const ahead = isOrdered && this.#options.pod.concurrency === 1 ? 16 : credit;
    return { most: Math.min(ahead, fitting), open: this.#open.size - Math.min(this.#resting, credit) };
  }

  #receive(message: Msg): void {
    const { pod, edges, desk } = this.#options;
    const reply = message.reply!;
    const place = placeOf(reply);
    const { data } = message;
    this.#averageBytes += (data.length - this.#averageBytes) / 64;
    const known = this.#open.get(place.seq);
    if (known !== undefined) {
      known.reply = reply;
      return;
    }
    if (this.#isClosed) {
      this.#options.link.send(reply, words.again);
      return;
    }
    const edge = edges.get(message.subject);
    const token = edge === undefined ? undefined : tokenOf(textOf(data), edge);
    if (token === undefined) {
      desk.stale(pod, message.subject, textOf(data)).then(
        () => this.#options.link.send(reply, words.done),
        () => {},
      );
      return;
    }
    const isRecovered = place.deliveries > 1 || place.seq <= this.#recoveredUpTo;
    const from = { token, place, pod: pod.index, home: this, reply, isRecovered };
    const delivery = new NatsDelivery(desk, from);
    this.#open.add(place.seq, delivery);
    if (isRecovered) this.#recover(delivery);
    else if (this.#waiting.length === 0) this.#options.handler(delivery);
    else this.#waiting.push(delivery);
  }

  #recover(delivery: NatsDelivery): void {
    delivery.isReady = false;
    this.#waiting.push(delivery);
    this.#options.desk
      .triesOf(delivery)
      .then((tries) => {
        delivery.attempt = tries + 1;
      })
      .catch(() => {})
      .finally(() => {
        delivery.isReady = true;
        this.#serve();
      });
  }

  #serve(): void {
    while (this.#waiting[0]?.isReady) {
      const next = this.#waiting.shift()!;
      if (next.state === "open" && !this.#isClosed) this.#options.handler(next);
    }
  }

  /** The server is told of everything that has been here for a while, so that it does not send it elsewhere. */
  #touchAll(): void {
    if (!this.#options.link.isConnected) return;
    const now = performance.now();
    for (const delivery of this.#open.values()) {
      if (now - delivery.touchedAt < this.#options.ackWaitMs / 4) continue;
      delivery.touchedAt = now;
      this.#options.link.send(delivery.reply, words.working);
    }
  }
}
