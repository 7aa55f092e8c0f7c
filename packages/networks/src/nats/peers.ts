import { randomUUID } from "node:crypto";
import type { EndReply, Peers, Replies } from "../transport/transport.ts";
import type { Msg, Subscription } from "./client.ts";
import type { Link } from "./link.ts";
import type { Names } from "./names.ts";
import { bytesOf } from "./wire.ts";

/** How ends tell gateways in other processes. Not durable: who waits in vain is told that the work goes on. */
export class NatsReplies implements Replies {
  readonly #link: Link;
  readonly #base: string;
  readonly #instance = randomUUID();
  #subscription: Subscription | undefined;

  constructor(link: Link, names: Names) {
    this.#link = link;
    this.#base = `${names.base}.reply`;
  }

  addressOf(correlationId: string): string {
    return `${this.#instance}:${correlationId}`;
  }

  tell(address: string, { pod, ending, payload }: EndReply): void {
    const instance = address.slice(0, address.indexOf(":"));
    if (!/^[\w-]+$/.test(instance) || this.#link.connection.isClosed()) return;
    const head = JSON.stringify([address, pod, ending]);
    this.#link.send(`${this.#base}.${instance}`, bytesOf(payload === undefined ? head : `${head}\n${payload}`));
  }

  listen(heard: (address: string, end: EndReply) => void): void {
    this.#subscription = this.#link.connection.subscribe(`${this.#base}.${this.#instance}`, {
      callback: (error, message) => {
        if (error === null) hear(message, heard);
      },
    });
  }

  close(): void {
    if (!this.#link.connection.isClosed()) this.#subscription?.unsubscribe();
  }
}

function hear(message: Msg, heard: (address: string, end: EndReply) => void): void {
  const text = message.string();
  const end = text.indexOf("\n");
  const [address, pod, ending] = JSON.parse(end < 0 ? text : text.slice(0, end)) as [
    string,
    string,
    EndReply["ending"],
  ];
  heard(address, { pod, ending, payload: end < 0 ? undefined : text.slice(end + 1) });
}

/** The processes that run a network, as they tell of themselves. */
export class NatsPeers implements Peers {
  readonly #link: Link;
  readonly #subject: string;
  #subscription: Subscription | undefined;

  constructor(link: Link, names: Names) {
    this.#link = link;
    this.#subject = `${names.base}.ask`;
  }

  answer(tell: () => Promise<string>): void {
    this.#subscription = this.#link.connection.subscribe(this.#subject, {
      callback: (error, message) => {
        if (error === null)
          void tell().then(
            (text) => message.respond(text),
            () => {},
          );
      },
    });
  }

  async ask(forMs: number): Promise<string[]> {
    const answers: string[] = [];
    const asked = await this.#link.connection.requestMany(this.#subject, "", {
      maxWait: forMs,
      strategy: "stall",
      stall: forMs / 2,
    });
    try {
      for await (const message of asked) if (message.data.length > 0) answers.push(message.string());
    } catch {
      // Nobody is there to answer.
    }
    return answers;
  }

  close(): void {
    if (!this.#link.connection.isClosed()) this.#subscription?.unsubscribe();
  }
}
