import {
  RunInterrupted,
  type RunOutcome,
  type RunScope,
  type StepAttempt,
  type StepEnd,
  type StepStart,
} from "../durability/durability.ts";
import type { RunRecord, StepRecord } from "../durability/records.ts";
import { isInterruption } from "../execution/interruption.ts";
import type { Json } from "../json.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";
import { sentError } from "./sent-error.ts";

type Message<T extends FromWorker["type"]> = Extract<FromWorker, { readonly type: T }>;
/** What is about one run and its scopes. */
export type RunMessage = Message<
  | "step"
  | "attempt"
  | "child"
  | "end"
  | "last-end"
  | "drop"
  | "wait"
  | "earlier-wait"
  | "enter"
  | "leave"
  | "idle"
  | "outcome"
  | "broken"
  | "given-back"
>;

/** A step that the worker executes. What it says before the scope has let the step begin waits for that. */
interface OpenStep {
  readonly start: StepStart;
  attempt: StepAttempt | undefined;
  resolve: (end: StepEnd) => void;
  reject: (error: unknown) => void;
  early: (() => void)[] | undefined;
  /** Rejected without an attempt when the step may not begin any more. */
  record: Promise<StepRecord>;
}

interface OpenScope {
  scope: Promise<RunScope> | RunScope;
  leave: () => void;
}

/** A run that a worker executes, as its supervisor sees it: what the worker says is done with the run's own scope. */
export class RunThere {
  readonly run: RunRecord;
  readonly outcome: Promise<RunOutcome>;
  readonly #scope: RunScope;
  readonly #send: (message: ToWorker) => void;
  readonly #steps = new Map<string, OpenStep>();
  readonly #branches = new Map<string, OpenScope>();
  #settle!: { resolve: (outcome: RunOutcome) => void; reject: (error: unknown) => void };
  #release: (() => void) | undefined;
  #waits = 0;
  /** The record of the last step: what the worker says after it comes after it here, too. */
  #last: Promise<unknown> | undefined;
  #isLeft = false;

  constructor(run: RunRecord, scope: RunScope, send: (message: ToWorker) => void) {
    this.run = run;
    this.#scope = scope;
    this.#send = send;
    this.outcome = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.#hold();
    const tell = () => this.#tellAbort();
    scope.signal.addEventListener("abort", tell, { once: true });
    if (scope.signal.aborted) tell();
  }

  /** It does nothing but wait: it is not at fault when its worker ends. */
  get isWaiting(): boolean {
    return this.#release === undefined;
  }

  /** The steps that are being executed. */
  get openSteps(): string[] {
    return [...this.#steps.keys()];
  }

  /** Nobody executes it any more. */
  leave(outcome: RunOutcome | Error): void {
    this.#isLeft = true;
    if (this.#steps.size > 0) {
      const reason = outcome instanceof Error ? outcome : new RunInterrupted("Its run has ended.");
      for (const step of this.#steps.values()) step.reject(reason);
    }
    for (const branch of this.#branches.values()) branch.leave();
    this.#steps.clear();
    this.#branches.clear();
    if (outcome instanceof Error) this.#settle.reject(outcome);
    else this.#settle.resolve(outcome);
    this.#unhold();
  }

  take(message: RunMessage): void {
    switch (message.type) {
      case "step":
        this.#begin(message);
        break;
      case "attempt":
        this.#during(message.id, ({ attempt, record }) =>
          this.#answer(message.call, attempt?.failed(message.attempt) ?? record),
        );
        break;
      case "child":
        this.#during(message.id, ({ attempt, record }) =>
          this.#answer(message.call, attempt?.child(message.identity) ?? record),
        );
        break;
      case "end":
        this.#during(message.id, (step) => {
          this.#close(step, message);
          this.#answer(
            message.call,
            step.record.then(({ startedAt, endedAt }) => ({ startedAt, endedAt })),
          );
        });
        break;
      case "last-end":
        this.#last = this.#endLast(message);
        break;
      case "drop":
        this.#during(message.id, (step) => this.#drop(step, message));
        break;
      case "wait":
        this.#wait(message);
        break;
      case "earlier-wait":
        this.#earlierWait(message);
        break;
      case "enter":
        this.#enter(message);
        break;
      case "leave":
        this.#leaveBranch(message.id);
        break;
      case "idle":
        if (message.waits === this.#waits) this.#unhold();
        break;
      default:
        this.#end(endingOf(message));
    }
  }

  #begin({ scope, id, step, isLast, mustAsk }: Message<"step">): void {
    this.#hold();
    const start: StepStart = { id, step, isLast };
    const open = { start, resolve: () => {}, reject: () => {}, early: [] } as unknown as OpenStep;
    this.#steps.set(id, open);
    const hearEarly = () => {
      const { early = [] } = open;
      open.early = undefined;
      for (const late of early) late();
    };
    const execute = (attempt: StepAttempt): Promise<StepEnd> =>
      new Promise((resolve, reject) => {
        Object.assign(open, { attempt, resolve, reject });
        if (mustAsk) {
          const { earlier, cutOffSince } = attempt;
          this.#send({ type: "go", run: this.run.id, id, earlier, cutOffSince });
        }
        hearEarly();
      });
    const inScope = (found: RunScope) => found.step(start, execute);
    const found = this.#scopeOf(scope);
    open.record = found instanceof Promise ? found.then(inScope) : inScope(found);
    // The worker hears of it with its next word about the step.
    open.record.catch(hearEarly);
  }

  #during(id: string, act: (step: OpenStep) => void): void {
    const open = this.#steps.get(id);
    if (open === undefined) return;
    if (open.early === undefined) act(open);
    else open.early.push(() => act(open));
  }

  #end(outcome: RunOutcome | Error): void {
    if (this.#last === undefined) {
      this.leave(outcome);
      return;
    }
    this.#last.then(
      () => this.leave(outcome),
      (error) => this.leave(error instanceof Error ? error : new Error(String(error))),
    );
  }

  /** The worker has gone on. An interruption that it had not heard of by then takes nothing back. */
  #endLast(message: Message<"last-end">): Promise<unknown> | undefined {
    const step = this.#steps.get(message.id);
    this.#during(message.id, (open) => this.#close(open, message));
    return step?.record.catch((error) => {
      if (this.#isLeft || !isInterruption(error)) throw error;
      return this.#scope.step({ ...step.start, hasGoneOn: true }, async () => received(message.end));
    });
  }

  #close(step: OpenStep, { id, end }: Message<"end" | "last-end">): void {
    step.resolve(received(end));
    this.#steps.delete(id);
  }

  #drop(step: OpenStep, { id, message }: Message<"drop">): void {
    this.#steps.delete(id);
    step.reject(new Error(message));
  }

  #wait({ call, scope, id, name, until }: Message<"wait">): void {
    this.#waits++;
    const inScope = (found: RunScope): Promise<Json | undefined | void> =>
      name === undefined ? found.sleep(id, until ?? 0) : found.wait(id, name, until);
    const found = this.#scopeOf(scope);
    const waited = found instanceof Promise ? found.then(inScope) : inScope(found);
    const over = () => {
      this.#waits--;
      this.#hold();
    };
    this.#answer(call, waited.finally(over));
  }

  #earlierWait({ call, scope, id, name }: Message<"earlier-wait">): void {
    const known = async () => (await this.#scopeOf(scope)).earlierWait(id, name);
    this.#answer(call, known());
  }

  #enter({ scope, id }: Message<"enter">): void {
    let opened!: (scope: RunScope) => void;
    const open: OpenScope = { scope: new Promise((resolve) => (opened = resolve)), leave: () => {} };
    this.#branches.set(id, open);
    const inside = (branch: RunScope) => {
      open.scope = branch;
      opened(branch);
      return new Promise<void>((left) => {
        open.leave = left;
      });
    };
    const outer = this.#scopeOf(scope);
    const branched =
      outer instanceof Promise ? outer.then((found) => found.branch(id, inside)) : outer.branch(id, inside);
    branched.catch(() => {}); // nothing is asked of a scope that could not be opened but what its run is told anyway
  }

  #leaveBranch(id: string): void {
    this.#branches.get(id)?.leave();
    this.#branches.delete(id);
  }

  #scopeOf(key: string): RunScope | Promise<RunScope> {
    if (key === "") return this.#scope;
    return this.#branches.get(key)?.scope ?? Promise.reject(new Error(`The branch "${key}" is not open.`));
  }

  #answer(call: number, result: Promise<unknown>): void {
    result.then(
      (value) => this.#send({ type: "answer", call, value }),
      (error) => this.#send({ type: "answer", call, error: sentError(error) }),
    );
  }

  #tellAbort(): void {
    const { reason } = this.#scope.signal;
    const message = reason instanceof Error ? reason.message : String(reason);
    this.#send({
      type: "abort",
      run: this.run.id,
      reason: isInterruption(reason) ? "interrupted" : "cancelled",
      message,
    });
  }

  #hold(): void {
    this.#release ??= this.#scope.hold();
  }

  #unhold(): void {
    this.#release?.();
    this.#release = undefined;
  }
}

/** JSON leaves out what is undefined; an end says it. */
function received(end: StepEnd): StepEnd {
  return { ...end, error: end.error, reason: end.reason };
}

function endingOf(message: Message<"outcome" | "broken" | "given-back">): RunOutcome | Error {
  if (message.type === "outcome") return message.outcome;
  if (message.type === "broken") return new Error(message.message);
  return new RunInterrupted("Its worker has given it back.");
}
