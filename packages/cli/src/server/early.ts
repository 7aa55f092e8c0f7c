/** Hands values on to whoever takes them; those that came before are kept until then. */
export class Early<T> {
  #waiting: T[] = [];
  #take: ((value: T) => void) | undefined;

  push(value: T): void {
    if (this.#take === undefined) this.#waiting.push(value);
    else this.#take(value);
  }

  /** From now on, and at once for what is waiting, in the order in which it came. */
  takeBy(take: (value: T) => void): void {
    this.#take = take;
    for (const value of this.#waiting.splice(0)) take(value);
  }
}
