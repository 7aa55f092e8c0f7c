/** Who wants to hear of one signal's abort. One event listener stands for all of them. */
class AbortHub {
  readonly #signal: AbortSignal;
  readonly #listeners = new Set<() => void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", this, { once: true });
  }

  add(listener: () => void): void {
    this.#listeners.add(listener);
  }

  remove(listener: () => void): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    this.#signal.removeEventListener("abort", this);
    hubs.delete(this.#signal);
  }

  handleEvent(): void {
    hubs.delete(this.#signal);
    for (const listener of [...this.#listeners]) listener();
  }
}

const hubs = new WeakMap<AbortSignal, AbortHub>();

/**
 * Calls the listener when the signal is aborted, at once when it already is. Any number may listen to one signal:
 * Node 20 warns of a leak from the eleventh event listener on, and calls that run at once share their caller's signal.
 * @returns the undo; after the last one nothing is left on the signal
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return nothingToUndo;
  if (signal.aborted) {
    listener();
    return nothingToUndo;
  }
  let hub = hubs.get(signal);
  if (hub === undefined) {
    hub = new AbortHub(signal);
    hubs.set(signal, hub);
  }
  const joined = hub;
  // Wrapped, so that the same function may listen twice.
  const own = (): void => listener();
  joined.add(own);
  return () => joined.remove(own);
}

function nothingToUndo(): void {}
