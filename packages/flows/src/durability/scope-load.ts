/** Whether one scope keeps its run busy: while it executes a step that does not itself wait. */
export class ScopeLoad {
  readonly #onChange: (change: 1 | -1) => void;
  #executing = 0;
  #parked = 0;

  constructor(onChange: (change: 1 | -1) => void) {
    this.#onChange = onChange;
  }

  count(executing: number, parked: number): void {
    const wasBusy = this.#isBusy();
    this.#executing += executing;
    this.#parked += parked;
    if (wasBusy !== this.#isBusy()) this.#onChange(wasBusy ? -1 : 1);
  }

  #isBusy(): boolean {
    return this.#executing > 0 && this.#parked === 0;
  }
}
