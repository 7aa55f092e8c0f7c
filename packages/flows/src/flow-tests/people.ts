import { pathOfRecord } from "../definition/step-paths.ts";
import type { Store } from "../durability/store.ts";
import type { NewEvent } from "../events/event-log.ts";
import { mayDecide, sendDecision, sendInput } from "../questions/answer.ts";
import { type Question, questionIn } from "../questions/question.ts";
import { checkAnswer } from "../questions/read-answer.ts";
import type { FlowTest, GivenAnswer } from "./flow-test.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Answers what the run of a test asks, as the test says. */
export class People {
  readonly faults: string[] = [];
  readonly #test: Pick<FlowTest, "flow" | "answers">;
  readonly #time: VirtualTime;
  readonly #given = new Map<string, number>();
  readonly #open = new Set<string>();

  constructor(test: Pick<FlowTest, "flow" | "answers">, time: VirtualTime) {
    this.#test = test;
    this.#time = time;
  }

  /** Whether a question stands that nobody answers, and that does not expire. */
  get isAsked(): boolean {
    return this.#open.size > 0;
  }

  answerQuestions(store: Store): () => void {
    return store.events.subscribe((event) => {
      const id = `${event.runId}:${event.recordId}`;
      if (event.type === "step-ended") this.#open.delete(id);
      if (event.type !== "run-waiting" || event.recordId === undefined) return;
      const question = questionIn(event);
      const answer = this.#answerFor(event);
      if (answer) void this.#send(store, question, answer);
      else if (question.expiresAt === undefined) this.#open.add(id);
    });
  }

  #answerFor({ flow, recordId }: NewEvent): GivenAnswer | undefined {
    if (flow !== this.#test.flow.name || recordId === undefined) return undefined;
    const { answers } = this.#test;
    const name = answers.has(recordId) ? recordId : pathOfRecord(recordId);
    const list = answers.get(name);
    if (!list) return undefined;
    const number = this.#given.get(name) ?? 0;
    this.#given.set(name, number + 1);
    return list.length === 1 ? list[0] : list[number];
  }

  async #send(store: Store, question: Question, answer: GivenAnswer): Promise<void> {
    const release = this.#time.hold();
    try {
      const problem = await this.#say(store, question, answer);
      if (problem === undefined) return;
      this.faults.push(`The answer to step ${question.recordId}: ${problem}`);
      this.#open.add(`${question.runId}:${question.recordId}`);
    } finally {
      release();
    }
  }

  /** What is wrong with the answer; nothing when it was given. */
  async #say(store: Store, question: Question, answer: GivenAnswer): Promise<string | undefined> {
    const by = answer.by ?? question.approvers[0] ?? "tester";
    if (answer.kind !== question.kind)
      return question.kind === "approval" ? "it waits for a decision, not a value." : "it waits for a value.";
    if (answer.kind === "approval") {
      if (!mayDecide(question, by)) return `${by} is none of its approvers: ${question.approvers.join(", ")}.`;
      const { decision, comment } = answer;
      await sendDecision(store, question, { decision, by, ...(comment === undefined ? {} : { comment }) });
      return undefined;
    }
    const read = checkAnswer(answer.value, question.input);
    if ("problem" in read) return `${read.problem}.`;
    await sendInput(store, question, { value: read.value, by });
    return undefined;
  }
}
