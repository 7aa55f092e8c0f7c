import type { NewDeadLetter } from "../transport/dead-letter.ts";
import { type Step, type StepDone, UnavailableError } from "../transport/transport.ts";
import type { BacklogWatch } from "./backlog-watch.ts";
import type { NatsDeadLetters } from "./nats-dead-letters.ts";
import type { NatsDelivery } from "./nats-delivery.ts";
import type { Notebook } from "./notebook.ts";
import type { Publication, Publisher } from "./publisher.ts";
import { publishPhases } from "./step.ts";
import type { TokenRoads } from "./token-roads.ts";

export interface CommitterParts {
  readonly publisher: Publisher;
  readonly dead: NatsDeadLetters;
  readonly notebook: Notebook;
  readonly roads: TokenRoads;
  readonly backlog: BacklogWatch;
  /** Told of every step that is durable. */
  readonly onDone: (delivery: NatsDelivery, step: Step) => void;
  /** How long after the last sign of life to the server a step may still be committed. */
  readonly patienceMs: number;
}

/** Makes steps durable: everything that follows from an input is stored before the input is acknowledged. */
export class Committer {
  readonly #parts: CommitterParts;
  #open = 0;
  #waiting: (() => void)[] = [];

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  commit(delivery: NatsDelivery, step: Step, done: StepDone | undefined): void {
    if (delivery.state !== "open") return;
    const all = step.also === undefined ? [delivery] : [delivery, ...(step.also as readonly NatsDelivery[])];
    // The server would no longer know that another process has sent the same: the token comes again instead.
    if (performance.now() - delivery.touchedAt > this.#parts.patienceMs) {
      for (const each of all) each.home.forget(each);
      done?.(new UnavailableError("It was held for longer than the server remembers ids."));
      return;
    }
    for (const each of all) each.state = "committing";
    this.#open++;
    const ended = (error: Error | undefined) => {
      if (error === undefined) this.#parts.onDone(delivery, step);
      this.#ended(all, error, done);
    };
    const { outputs, dead, record, notes } = step;
    const isPlain = outputs.length <= 1 && dead === undefined && record === undefined && notes === undefined;
    if (!isPlain) publishPhases(this.#parts.publisher, this.#phasesOf(delivery, step), ended);
    else if (outputs.length === 0) ended(undefined);
    else this.#parts.publisher.publish(this.#parts.roads.inside(outputs[0]!), ended);
  }

  async bury(letter: NewDeadLetter): Promise<void> {
    for (const phase of this.#parts.dead.publications(letter))
      await Promise.all(phase.map((publication) => this.#parts.publisher.store(publication)));
  }

  /** Resolves when nothing is on its way to the server. */
  settled(): Promise<void> {
    return this.#open === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Dead letter first, then what follows, then the memory of it: each must be there when the next is. */
  #phasesOf(delivery: NatsDelivery, step: Step): (readonly Publication[])[] {
    const { roads, notebook } = this.#parts;
    const { outputs, dead, record, notes } = step;
    const phases: (readonly Publication[])[] = dead === undefined ? [] : [...this.#parts.dead.publications(dead)];
    const following = outputs.map((token) => roads.inside(token));
    if (record !== undefined && delivery.token.payload !== undefined)
      following.push(roads.output(delivery.token, record.pod));
    phases.push(following);
    if (notes !== undefined) phases.push(notes.map((note) => notebook.publicationOf(note)));
    return phases;
  }

  #ended(all: readonly NatsDelivery[], error: Error | undefined, done: StepDone | undefined): void {
    this.#open--;
    for (const each of all) {
      if (error !== undefined) each.home.forget(each);
      else {
        each.home.acknowledge(each);
        this.#parts.backlog.settled(each.pod);
      }
    }
    done?.(error);
    if (this.#open === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
