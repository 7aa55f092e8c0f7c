import type { Failure } from "../durability/records.ts";
import type { TriggerHealth } from "./status.ts";

/** A trigger that says nothing of itself for so long is taken to be ready. */
const describesWithinMs = 100;

/** What an instance says of itself at this moment; `status()` is made of it. */
export class InstanceState {
  health: TriggerHealth = "starting";
  description: string | undefined;
  nextFiringAt: number | undefined;
  lastError: (Failure & { readonly at: number }) | undefined;
  retryAt: number | undefined;
  restarts = 0;
  /** Events that got no run. */
  dropped = 0;
  lastDropped: (Failure & { readonly at: number }) | undefined;
  readonly #onSettled: () => void;

  constructor(onSettled: () => void) {
    this.#onSettled = onSettled;
  }

  /** Leaving `starting` for the first time is what `ready()` waits for. */
  become(health: TriggerHealth, options: { readonly retryAt?: number } = {}): void {
    this.health = health;
    this.retryAt = options.retryAt;
    if (health !== "running") this.nextFiringAt = undefined;
    if (health === "running" && this.description === undefined) setTimeout(this.#onSettled, describesWithinMs).unref();
    else if (health !== "starting") this.#onSettled();
  }

  describe(text: string, options: { readonly nextAt?: number } = {}): void {
    this.description = text;
    this.nextFiringAt = options.nextAt;
    this.#onSettled();
  }
}
