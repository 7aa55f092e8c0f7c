import { passageOf, writeOther, writePassage } from "../history/entry.ts";
import type { Told } from "../history/told.ts";
import type { Remark } from "../transport/transport.ts";
import type { Link } from "./link.ts";
import type { Names } from "./names.ts";
import { entryIn } from "./past-line.ts";
import type { Publisher } from "./publisher.ts";
import { readStream } from "./read-stream.ts";

const tellEveryMs = 200;
const batchBytes = 48 * 1_024;
const mostUnderWay = 32;
const writeMs = 30_000;

/**
 * The steps of all processes in a stream of their own, many to a message: one line each, with the correlation id and what
 * became of it. They are told a moment after they were made durable, and are given up where the server takes too long.
 */
export class NatsPast {
  readonly #publisher: Publisher;
  readonly #link: Link;
  readonly #names: Names;
  readonly #batches = new Map<string, { text: string; lines: number }>();
  readonly #most: number;
  #underWay = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: { link: Link; publisher: Publisher; names: Names }) {
    this.#link = parts.link;
    this.#publisher = parts.publisher;
    this.#names = parts.names;
    this.#most = Math.min(batchBytes, (parts.link.connection.info?.max_payload ?? batchBytes) / 4);
  }

  readonly tell = ({ correlationId, pod, passage, into }: Told): void => {
    this.#add(pod, writePassage({ net: 0, pod, message: correlationId }, passage, into));
  };

  /** Nobody may tell it where none of the pods is here. */
  readonly remark = ({ pod, by = pod, message, ...told }: Remark): void => {
    if (by !== undefined) this.#add(by, writeOther({ net: 0, pod, message }, Date.now(), told));
  };

  #add(pod: string, entry: string): void {
    const line = `${entry}\n`;
    const batch = this.#batches.get(pod);
    if (batch === undefined) this.#batches.set(pod, { text: line, lines: 1 });
    else {
      batch.text += line;
      batch.lines++;
      if (batch.text.length >= this.#most) this.#send(pod, batch.text);
    }
    this.#timer ??= setTimeout(() => this.flush(), tellEveryMs);
  }

  /** Tells what has not been told yet. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [pod, { text }] of this.#batches) this.#send(pod, text);
  }

  /** What all processes have told, oldest first, as far as it is kept. */
  async read(): Promise<Iterable<Told>> {
    const batches: { readonly pod: string; readonly text: string }[] = [];
    await readStream(this.#link, this.#names.past, (subject, text) => {
      batches.push({ pod: subject.split(".").at(-1)!, text });
    });
    return {
      *[Symbol.iterator]() {
        for (const { pod, text } of batches) for (const line of text.split("\n")) yield* toldIn(pod, line);
      },
    };
  }

  #send(pod: string, body: string): void {
    this.#batches.delete(pod);
    if (this.#underWay >= mostUnderWay) return;
    this.#underWay++;
    this.#publisher.publish({ subject: this.#names.passed(pod), body, forMs: writeMs }, () => {
      this.#underWay--;
    });
  }
}

/** Nothing for what is no line of a step. */
function* toldIn(pod: string, line: string): Generator<Told> {
  const entry = entryIn(line, pod);
  const stored = entry === undefined ? undefined : passageOf(entry);
  const message = entry?.[2];
  if (stored === undefined || typeof message !== "string") return;
  const { into, ...passage } = stored;
  yield { correlationId: message, pod, passage, into };
}
