import type { Token } from "../../envelope/token.ts";
import type { Letter } from "../mailbox.ts";
import type { Delivery, Step, StepDone } from "../transport.ts";

/** What a delivery asks of its line. */
export interface DeliveryDesk {
  commit(delivery: SqliteDelivery, step: Step, done: StepDone | undefined): void;
  retry(delivery: SqliteDelivery, delayMs: number): void;
  begin(delivery: SqliteDelivery, done: () => void): void;
}

export class SqliteDelivery implements Delivery {
  readonly token: Token;
  readonly seq: number;
  readonly arrivedAt: number;
  readonly isRecovered: boolean;
  readonly bytes: number;
  attempt: number;
  isSettled = false;
  previous: Letter | undefined = undefined;
  next: Letter | undefined = undefined;
  readonly #desk: DeliveryDesk;

  constructor(
    desk: DeliveryDesk,
    token: Token,
    at: { seq: number; arrivedAt: number; attempt?: number; isRecovered?: boolean },
  ) {
    this.#desk = desk;
    this.token = token;
    this.seq = at.seq;
    this.arrivedAt = at.arrivedAt;
    this.attempt = at.attempt ?? 1;
    this.isRecovered = at.isRecovered ?? false;
    this.bytes = 300 + (token.payload?.bytes ?? 0);
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
