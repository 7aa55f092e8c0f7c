import type { Delivery, Line, Network, Step } from "@pawl/networks";
import { ValuePayload } from "../../src/envelope/payload.ts";
import { idOf, type Token } from "../../src/envelope/token.ts";
import { MemoryDeadLetters } from "../../src/transport/memory/memory-dead-letters.ts";
import type { Consumer, Note, StepDone } from "../../src/transport/transport.ts";
import type { VirtualTime } from "./virtual-time.ts";

interface Message {
  readonly token: Token;
  readonly seq: number;
  readonly arrivedAt: number;
  deliveries: number;
  /** Attempts that the hook has used up. A life that ended uses up none. */
  failures: number;
  isAcknowledged: boolean;
}

/** What survives a crash: an engine that delivers at least once, in any order, and knows token ids. */
export class Broker {
  readonly network: Network;
  readonly time: VirtualTime;
  readonly random: () => number;
  readonly messages = new Map<string, Message>();
  readonly notes = new Map<string, string>();
  readonly deadLetters = new MemoryDeadLetters();
  readonly listeners: ((message: Message) => void)[] = [];
  #seq = 0;

  constructor(network: Network, time: VirtualTime, random: () => number) {
    this.network = network;
    this.time = time;
    this.random = random;
  }

  /** The first token with an id wins for ever. */
  publish(token: Token): void {
    const id = idOf(token);
    if (this.messages.has(id)) return;
    const message = {
      token,
      seq: ++this.#seq,
      arrivedAt: this.time.now(),
      deliveries: 0,
      failures: 0,
      isAcknowledged: false,
    };
    this.messages.set(id, message);
    for (const listener of this.listeners) listener(message);
  }

  podOf(message: Message): number {
    return this.network.edges[message.token.edge]!.to;
  }
}

const ackWaitMs = 8_000;

/** One life of the process that runs the pods. After `die` nothing it does has any effect. */
export class ChaosLine {
  readonly network: Network;
  readonly #broker: Broker;
  readonly #handlers = new Map<number, (delivery: Delivery) => void>();
  readonly #forget: () => void;
  isDead = false;

  constructor(broker: Broker) {
    this.network = broker.network;
    this.#broker = broker;
    const listener = (message: Message) => this.#offer(message, 0);
    broker.listeners.push(listener);
    this.#forget = () => void broker.listeners.splice(broker.listeners.indexOf(listener), 1);
  }

  die(): void {
    this.isDead = true;
    this.#forget();
  }

  /** The part of a line that pods use. */
  asLine(): Line {
    const broker = this.#broker;
    const line: Partial<Line> = {
      network: this.network,
      seal: (value) => ValuePayload.of(value),
      inject: (tokens) => this.#inject(tokens),
      consume: (pod, _, handler) => this.#consume(pod, handler),
      backlog: () => ({ messages: 0, bytes: 0 }),
      note: (pod, name) => later(broker, () => broker.notes.get(`${pod}/${name}`)),
      deadLetters: broker.deadLetters,
      status: () => ({ isReady: true, reason: undefined }),
    };
    return line as Line;
  }

  #inject(tokens: readonly Token[]): Promise<"new"> {
    return new Promise((resolve) => {
      this.#soon(() => {
        for (const token of tokens) this.#broker.publish(token);
        this.#soon(() => resolve("new"));
      });
    });
  }

  #consume(pod: number, handler: (delivery: Delivery) => void): Consumer {
    this.#handlers.set(pod, handler);
    for (const message of this.#broker.messages.values())
      if (this.#broker.podOf(message) === pod) this.#offer(message, 0);
    return { close: () => this.#handlers.delete(pod) };
  }

  /** Comes after a while, perhaps twice, and again when it is not acknowledged in time. */
  #offer(message: Message, delayMs: number): void {
    const { random, time } = this.#broker;
    time.after(delayMs + random() * 30, () => this.#deliver(message));
    if (random() < 0.05) time.after(delayMs + random() * 60, () => this.#deliver(message));
  }

  #deliver(message: Message): void {
    const handler = this.#handlers.get(this.#broker.podOf(message));
    if (this.isDead || message.isAcknowledged || handler === undefined) return;
    message.deliveries++;
    const { deliveries } = message;
    this.#broker.time.after(ackWaitMs, () => {
      if (message.deliveries === deliveries) this.#deliver(message);
    });
    handler(this.#deliveryOf(message));
  }

  #deliveryOf(message: Message): Delivery & { readonly message: Message } {
    const { token, seq, arrivedAt, failures } = message;
    return {
      message,
      token,
      seq,
      arrivedAt,
      attempt: failures + 1,
      isRecovered: false,
      begin: (done) => done(),
      commit: (step, done) => this.#commit(message, step, done),
      retry: (delayMs) => {
        message.failures = Math.max(message.failures, failures + 1);
        this.#offer(message, delayMs);
      },
    };
  }

  /** First everything that follows, one after the other, then the acknowledgements: a crash can come between any two. */
  #commit(message: Message, step: Step, done: StepDone | undefined): void {
    const { dead, outputs, notes = [], also = [] } = step;
    const acknowledged = [message, ...also.map((other) => (other as unknown as { message: Message }).message)];
    const parts = [
      ...(dead === undefined ? [] : [() => this.#broker.deadLetters.add(dead)]),
      ...outputs.map((token) => () => this.#broker.publish(token)),
      ...notes.map((note) => () => this.#keep(note)),
      ...acknowledged.map((each) => () => {
        each.isAcknowledged = true;
      }),
      () => done?.(undefined),
    ];
    const next = () => {
      const part = parts.shift();
      if (part === undefined) return;
      this.#soon(() => {
        part();
        next();
      });
    };
    next();
  }

  #keep(note: Note): void {
    const key = `${note.pod}/${note.name}`;
    if (note.value === undefined) this.#broker.notes.delete(key);
    else this.#broker.notes.set(key, note.value);
  }

  #soon(run: () => void): void {
    this.#broker.time.after(this.#broker.random() * 3, () => {
      if (!this.isDead) run();
    });
  }
}

/** Sometimes the answer is there at once, sometimes it is a promise: a seam allows both. */
function later<T>(broker: Broker, read: () => T): T | Promise<T> {
  return broker.random() < 0.5 ? read() : Promise.resolve().then(read);
}
