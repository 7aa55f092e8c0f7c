import type { Network } from "../topology/network.ts";
import type { Outputs } from "../transport/transport.ts";
import { answered } from "./answered.ts";
import type { Link } from "./link.ts";
import type { Names } from "./names.ts";
import type { Records } from "./records.ts";

const atOnce = 64;

/** What the sinks of a network received: one stream for each, that keeps the newest. */
export class NatsOutputs {
  readonly #link: Link;
  readonly #records: Records;
  readonly #names: Names;
  readonly #network: Network;

  constructor(parts: { link: Link; records: Records; names: Names; network: Network }) {
    this.#link = parts.link;
    this.#records = parts.records;
    this.#names = parts.names;
    this.#network = parts.network;
  }

  async page(pod: number, page: { readonly limit?: number; readonly after?: number } = {}): Promise<Outputs> {
    const { id, keep } = this.#network.pods[pod]!;
    const stream = this.#names.outputs(id);
    const { state } = await answered(this.#link.manager.streams.info(stream));
    const limit = Math.min(page.limit ?? keep, keep);
    const last = page.after === undefined ? state.last_seq : Math.min(state.last_seq, page.after + limit);
    const first = Math.max(1, state.first_seq, page.after === undefined ? last - limit + 1 : page.after + 1);
    const results: { number: number; text: string }[] = [];
    for (let from = first; from <= last; from += atOnce) {
      const numbers = Array.from({ length: Math.min(atOnce, last - from + 1) }, (_, index) => from + index);
      const found = await Promise.all(numbers.map((number) => this.#records.at(stream, number)));
      for (const [index, each] of found.entries())
        if (each !== undefined) results.push({ number: numbers[index]!, text: each.text });
    }
    return { count: state.last_seq, results };
  }

  async of(pod: number, correlationId: string): Promise<string | undefined> {
    const { id, type } = this.#network.pods[pod]!;
    if (type !== "sink") return undefined;
    return (await this.#records.read(this.#names.outputs(id), this.#names.output(id, correlationId)))?.text;
  }
}
