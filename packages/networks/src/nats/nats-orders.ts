import type { Orders } from "../transport/transport.ts";
import type { Subscription } from "./client.ts";
import type { Link } from "./link.ts";
import type { Names } from "./names.ts";

/** Every order is given to one of the processes that run its pod. */
export class NatsOrders implements Orders {
  readonly #link: Link;
  readonly #names: Names;
  readonly #subscriptions: Subscription[] = [];

  constructor(link: Link, names: Names) {
    this.#link = link;
    this.#names = names;
  }

  answer(pod: string, handle: (order: string) => Promise<string>): void {
    const subscription = this.#link.connection.subscribe(this.#names.order(pod), {
      queue: "origins",
      callback: (error, message) => {
        if (error !== null || message.reply === undefined) return;
        // Without an answer it is asked again.
        handle(message.string()).then(
          (text) => message.respond(text),
          () => {},
        );
      },
    });
    this.#subscriptions.push(subscription);
  }

  close(): void {
    if (this.#link.connection.isClosed()) return;
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }
}
