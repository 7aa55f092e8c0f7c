import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { createLogger } from "@pawl/hooks/guard";
import { apply } from "../pod/function-body.ts";
import { createPodLoader } from "../pod/load-module.ts";
import type { HookFunction } from "../pod/module-hooks.ts";
import { isRetryable, messageOf, refusedStatus, stackOf } from "../pod/refusal.ts";
import type { FromWorker, SentError, ToWorker, WorkerStart } from "./protocol.ts";

/** The inside of a worker thread: loads one pod module, and answers its calls. */
async function main(port: MessagePort, start: WorkerStart): Promise<void> {
  const post = (message: FromWorker) => port.postMessage(message);
  const log = createLogger((level, message) => post({ type: "log", level, message }));
  const open = new Map<number, AbortController>();
  let hook: HookFunction;
  try {
    const module = (await createPodLoader()(start.file)) as Record<string, unknown>;
    hook = start.hooks
      .map((name) => module[name] ?? (module.default as Record<string, unknown> | undefined)?.[name])
      .find(Boolean) as HookFunction;
  } catch (error) {
    post({ type: "broken", message: messageOf(error) });
    return;
  }
  const answer = async (message: Extract<ToWorker, { type: "call" }>): Promise<void> => {
    const controller = new AbortController();
    open.set(message.call, controller);
    try {
      const value: unknown = await apply(hook, message.input, { ...message.context, signal: controller.signal, log });
      post({ type: "result", call: message.call, value });
    } catch (error) {
      post({ type: "error", call: message.call, error: sent(error) });
    } finally {
      open.delete(message.call);
    }
  };
  port.on("message", (message: ToWorker) => {
    if (message.type === "call") void answer(message);
    else open.get(message.call)?.abort(new DOMException("The time is up.", "TimeoutError"));
  });
  post({ type: "ready" });
}

function sent(error: unknown): SentError {
  return {
    name: error instanceof Error ? error.name : "Error",
    message: messageOf(error),
    stack: stackOf(error),
    status: refusedStatus(error),
    retryable: isRetryable(error),
  };
}

if (parentPort !== null) void main(parentPort, workerData as WorkerStart);
