import type { ChildOptions, ChildResult, ProcessIdentity } from "@pawl/hooks/process";
import { RunCancelled, type StepAttempt } from "../../durability/durability.ts";
import { endChild } from "../../durability/end-child.ts";
import type { Json } from "../../json.ts";
import { MaskedStream } from "../../masking/masked-stream.ts";
import type { Masker } from "../../masking/masker.ts";
import { NodeError, TransientError } from "../../nodes/node.ts";

export type StepChildOptions = Omit<ChildOptions, "beforeStart" | "signal">;

/** The programs of one attempt, or of the hooks of one record. None of them outlives it. */
export class StepChildren {
  readonly #durable: StepAttempt;
  readonly #append: (type: "stdout" | "stderr", data: Json) => void;
  readonly #masker: Masker;
  readonly #running = new Map<Promise<ChildResult>, AbortController>();
  #isOver = false;

  constructor(durable: StepAttempt, masker: Masker, append: (type: "stdout" | "stderr", data: Json) => void) {
    this.#masker = masker;
    this.#durable = durable;
    this.#append = append;
  }

  /** Its output goes to the log as it comes. */
  run(options: StepChildOptions, signal: AbortSignal): Promise<ChildResult> {
    const result = this.#run(options, signal);
    // A node that does not wait for its program must not bring the process down when that fails.
    result.catch(() => {});
    return result;
  }

  async #run(options: StepChildOptions, signal: AbortSignal): Promise<ChildResult> {
    if (this.#isOver)
      throw new NodeError("Its step has ended, so no program is started for it.", { code: "cancelled" });
    const controller = new AbortController();
    let child: ProcessIdentity | undefined;
    const follow = () => {
      controller.abort(signal.reason);
      // Whoever cancels waits for it: a program that does not hear TERM gets less time than otherwise.
      if (signal.reason instanceof RunCancelled && child !== undefined) void endChild(child);
    };
    if (signal.aborted) follow();
    signal.addEventListener("abort", follow, { once: true });
    const stdout = new MaskedStream(this.#masker, (text) => this.#append("stdout", text));
    const stderr = new MaskedStream(this.#masker, (text) => this.#append("stderr", text));
    const running = start({
      ...options,
      signal: controller.signal,
      beforeStart: (identity) => {
        child = identity;
        return this.#durable.child(identity);
      },
      onStdout: (text) => {
        stdout.push(text);
        options.onStdout?.(text);
      },
      onStderr: (text) => {
        stderr.push(text);
        options.onStderr?.(text);
      },
    });
    this.#running.set(running, controller);
    try {
      return await running;
    } finally {
      stdout.end();
      stderr.end();
      this.#running.delete(running);
      signal.removeEventListener("abort", follow);
    }
  }

  /** Resolves when nothing of it runs any more. */
  async end(): Promise<void> {
    this.#isOver = true;
    while (this.#running.size > 0) {
      for (const controller of this.#running.values()) controller.abort(new Error("Its step has ended."));
      await Promise.allSettled(this.#running.keys());
    }
  }
}

async function start(options: ChildOptions): Promise<ChildResult> {
  const { ProcessError, runChild } = await import("@pawl/hooks/process");
  try {
    return await runChild(options);
  } catch (error) {
    if (!(error instanceof ProcessError)) throw error;
    const Kind = error.code === "spawn-failed" ? TransientError : NodeError;
    throw new Kind(error.message, { code: error.code, cause: error });
  }
}
