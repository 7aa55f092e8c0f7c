import type { Token } from "../envelope/token.ts";
import type { Delivery, Step, StepDone } from "../transport/transport.ts";
import type { Place } from "./message.ts";

/** What a delivery asks of its line. */
export interface DeliveryDesk {
  begin(delivery: NatsDelivery, done: () => void): void;
  commit(delivery: NatsDelivery, step: Step, done: StepDone | undefined): void;
  retry(delivery: NatsDelivery, delayMs: number): void;
}

/** Where it is open. */
export interface DeliveryHome {
  acknowledge(delivery: NatsDelivery): void;
  /** So that another takes it at once. */
  giveBack(delivery: NatsDelivery): void;
  /** It comes again when the server has waited long enough. */
  forget(delivery: NatsDelivery): void;
  /** Keeps it until its next attempt. */
  rest(delivery: NatsDelivery, delayMs: number): void;
}

/** Who has it in hand: the pod, the server's answers to its step, or nobody any more. */
type State = "open" | "committing" | "gone";

export class NatsDelivery implements Delivery {
  readonly token: Token;
  readonly seq: number;
  readonly arrivedAt: number;
  readonly pod: number;
  readonly home: DeliveryHome;
  readonly isRecovered: boolean;
  attempt = 1;
  state: State = "open";
  /** It may be handed out: what was tried before is known. */
  isReady = true;
  /** Where it is acknowledged; the newest, when it came again. */
  reply: string;
  /** When the server was last told that it is being worked on. */
  touchedAt: number;
  readonly #desk: DeliveryDesk;

  constructor(
    desk: DeliveryDesk,
    from: {
      readonly token: Token;
      readonly place: Place;
      readonly pod: number;
      readonly home: DeliveryHome;
      readonly reply: string;
      readonly isRecovered: boolean;
    },
  ) {
    this.#desk = desk;
    this.token = from.token;
    this.pod = from.pod;
    this.home = from.home;
    this.seq = from.place.seq;
    this.arrivedAt = from.place.storedAt;
    this.reply = from.reply;
    this.isRecovered = from.isRecovered;
    this.touchedAt = performance.now();
  }

  begin(done: () => void): void {
    this.#desk.begin(this, done);
  }

  commit(step: Step, done?: StepDone): void {
    this.#desk.commit(this, step, done);
  }

  retry(delayMs: number): void {
    this.#desk.retry(this, delayMs);
  }
}
