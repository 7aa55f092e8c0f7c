import { answered } from "./answered.ts";
import type { StoredMsg } from "./client.ts";
import type { Link } from "./link.ts";
import type { Publisher, Stored } from "./publisher.ts";

/** The newest message of a subject. */
export interface RecordFound {
  readonly seq: number;
  readonly text: string;
}

const writeMs = 5_000;

/** Streams that keep the newest message of every subject, as a map. */
export class Records {
  readonly #link: Link;
  readonly #publisher: Publisher;

  constructor(link: Link, publisher: Publisher) {
    this.#link = link;
    this.#publisher = publisher;
  }

  /** Nothing when there is none. An empty one is given back: it has a number. */
  async read(stream: string, subject: string): Promise<RecordFound | undefined> {
    return foundIn(await answered(this.#link.manager.direct.getMessage(stream, { last_by_subj: subject })));
  }

  /** From the leader, so that it is the newest also in a cluster. */
  async readNewest(stream: string, subject: string): Promise<RecordFound | undefined> {
    return foundIn(await answered(this.#link.manager.streams.getMessage(stream, { last_by_subj: subject })));
  }

  /** By number; nothing when it is gone. */
  async at(stream: string, seq: number): Promise<{ readonly subject: string; readonly text: string } | undefined> {
    const found = await answered(this.#link.manager.direct.getMessage(stream, { seq }));
    return found === null ? undefined : { subject: found.subject, text: found.string() };
  }

  /** @throws PassedError when `after` is no longer the newest */
  write(subject: string, body: string, after?: number): Promise<Stored> {
    return this.#publisher.store({ subject, body, forMs: writeMs, ...(after === undefined ? {} : { after }) });
  }
}

function foundIn(message: StoredMsg | null): RecordFound | undefined {
  return message === null ? undefined : { seq: message.seq, text: message.string() };
}
