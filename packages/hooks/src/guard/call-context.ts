/** What a guarded call is given. */
export interface GuardContext {
  /** Aborted when the time is up or the caller gave up. Made on first use, because most calls never look at it. */
  readonly signal: AbortSignal;
}

/**
 * The context of one call. Its signal follows the guard's decisions, not the caller's signal directly.
 * One field, because a context is made for every call and most end unused.
 */
export class CallContext implements GuardContext {
  #controller: AbortController | undefined = undefined;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** Whether the callee looked at its signal, and so can be expected to clear up when it is aborted. */
  get isCooperative(): boolean {
    return this.#controller !== undefined;
  }

  abort(reason: unknown): void {
    this.#controller ??= new AbortController();
    this.#controller.abort(reason);
  }
}

/** For callees that never look at their signal: one for all of them, so its signal is never aborted. */
class UnheardContext extends CallContext {
  override get isCooperative(): boolean {
    return false;
  }

  override abort(): void {}
}

export const unheardContext: CallContext = new UnheardContext();
