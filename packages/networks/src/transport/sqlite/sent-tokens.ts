import type { Token } from "../../envelope/token.ts";
import { writePassage } from "../../history/entry.ts";
import type { Keeps } from "../transport.ts";
import type { HistoryWriter } from "./history-writer.ts";
import type { SeenIds } from "./seen-ids.ts";
import type { Tables } from "./tables.ts";

/** What tokens are written through, and whom they come to. */
export interface SendDesk {
  readonly tables: Tables;
  readonly seen: SeenIds;
  readonly history: HistoryWriter;
  now(): number;
  nextSeq(): number;
  nextOutput(pod: number): number;
  /** The pod that only keeps what comes to it, when the token is for such a one. */
  keeperOf(token: Token): Keeper | undefined;
  arrived(token: Token, seq: number, arrivedAt: number): void;
}

export interface Keeper extends Keeps {
  readonly pod: number;
}

/** A number of its own for each, which stays when the transaction is tried again. */
interface Place {
  readonly token: Token;
  readonly seq: number;
  readonly keeper: Keeper | undefined;
  output: number | undefined;
  isFresh: boolean;
}

const pruneEvery = 256;

/** The row beside that of an edge: the step of a pod that took the token and put none on its way. */
export function endOf(edge: number): number {
  return -edge - 1;
}

/**
 * Tokens that one change puts on their way. What comes to a pod that only keeps it is kept by the same change: it would
 * be read, settled and deleted by the next one, with nobody called in between.
 */
export class SentTokens {
  readonly arrivedAt: number;
  readonly #desk: SendDesk;
  readonly #places: readonly Place[];

  constructor(desk: SendDesk, tokens: readonly Token[]) {
    this.#desk = desk;
    this.arrivedAt = desk.now();
    this.#places = tokens.map((token) => {
      return { token, seq: desk.nextSeq(), keeper: desk.keeperOf(token), output: undefined, isFresh: false };
    });
  }

  /** Inside a transaction, before the entry that tells of the change, if there is one. @returns whether any was new */
  insert(isTold: boolean): boolean {
    const { tables, seen, history } = this.#desk;
    const entry = isTold || this.#places.some(({ keeper }) => keeper !== undefined) ? history.next() : null;
    let isAnyFresh = false;
    for (const place of this.#places) {
      const { token } = place;
      place.isFresh = seen.add(tables.net, token.correlationId, token.edge, entry);
      if (!place.isFresh) continue;
      isAnyFresh = true;
      if (place.keeper === undefined) tables.insertToken(token, place.seq, this.arrivedAt);
    }
    return isAnyFresh;
  }

  /** After the entry of the change was added. */
  keep(): void {
    for (const place of this.#places) if (place.isFresh && place.keeper !== undefined) this.#keep(place, place.keeper);
  }

  /** It was rolled back, or is not to be after all. */
  forget(): void {
    for (const place of this.#places) place.isFresh = false;
  }

  settled(): void {
    for (const { token, seq, keeper, isFresh } of this.#places) {
      if (!isFresh) continue;
      if (keeper === undefined) this.#desk.arrived(token, seq, this.arrivedAt);
      else keeper.kept();
    }
  }

  #keep(place: Place, { pod, most }: Keeper): void {
    const { tables, history } = this.#desk;
    const { token } = place;
    place.output ??= this.#desk.nextOutput(pod);
    tables.insertOutput(pod, place.output, token);
    if (place.output % pruneEvery === 0) tables.pruneOutputs(pod, place.output - most);
    const passage = { endedAt: this.arrivedAt, durationMs: 0, attempt: 1, outcome: "done" } as const;
    // No row of its own leads to it: it follows the entry that the edge's row leads to.
    history.add(writePassage(tables.receiverOf(token, token.correlationId), passage));
  }
}
