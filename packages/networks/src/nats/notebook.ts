import type { Network } from "../topology/network.ts";
import type { Note, Receipt } from "../transport/transport.ts";
import type { Names } from "./names.ts";
import type { Publication } from "./publisher.ts";
import type { Records } from "./records.ts";

const writeMs = 60_000;
const recentSize = 8_192;

/** What pods remember, and what was answered to idempotency keys. */
export class Notebook {
  readonly #records: Records;
  readonly #names: Names;
  readonly #network: Network;
  /** Marks that were made here, in two generations: they need not be asked for. */
  #younger = new Map<string, string>();
  #older = new Map<string, string>();

  constructor(parts: { records: Records; names: Names; network: Network }) {
    this.#records = parts.records;
    this.#names = parts.names;
    this.#network = parts.network;
  }

  /** A line with the time it is good for, then the value. An empty message: none. */
  publicationOf(note: Note): Publication {
    const { subject } = this.#placeOf(note.pod, note.name);
    const body = note.value === undefined ? "" : `${note.until ?? ""}\n${note.value}`;
    if (isMark(note.name)) this.#remember(subject, body);
    return { subject, body, forMs: writeMs };
  }

  note(pod: number, name: string): string | undefined | Promise<string | undefined> {
    const { subject, stream } = this.#placeOf(pod, name);
    const known = this.#younger.get(subject) ?? this.#older.get(subject);
    if (known !== undefined) return valueIn(known);
    return this.#records.read(stream, subject).then((found) => (found === undefined ? undefined : valueIn(found.text)));
  }

  async receipt(pod: number, key: string): Promise<Receipt | undefined> {
    const found = await this.#records.readNewest(this.#names.keys, this.#keySubject(pod, key));
    const receipt = found === undefined ? undefined : (JSON.parse(found.text) as Receipt);
    return receipt === undefined || receipt.until < Date.now() ? undefined : receipt;
  }

  receiptPublication(receipt: Receipt): Publication {
    return { subject: this.#keySubject(receipt.pod, receipt.key), body: JSON.stringify(receipt), forMs: writeMs };
  }

  #keySubject(pod: number, key: string): string {
    return this.#names.key(this.#network.pods[pod]!.id, key);
  }

  #placeOf(pod: number, name: string): { readonly stream: string; readonly subject: string } {
    const { id } = this.#network.pods[pod]!;
    return isMark(name)
      ? { stream: this.#names.marks, subject: this.#names.mark(id, name) }
      : { stream: this.#names.notes, subject: this.#names.note(id, name) };
  }

  #remember(subject: string, body: string): void {
    this.#younger.set(subject, body);
    if (this.#younger.size < recentSize) return;
    this.#older = this.#younger;
    this.#younger = new Map();
  }
}

/** Where the tries of a token are counted. */
export function tryName(id: string): string {
  return `try/${id}`;
}

/** There is one for each closed set and each suspect: they are kept apart, and forgotten by age. */
function isMark(name: string): boolean {
  return name.startsWith("closed/") || name.startsWith("try/");
}

function valueIn(body: string): string | undefined {
  const end = body.indexOf("\n");
  if (end < 0) return undefined;
  const until = end === 0 ? Number.POSITIVE_INFINITY : Number(body.slice(0, end));
  return until < Date.now() ? undefined : body.slice(end + 1);
}
