import { createLogger } from "@pawl/hooks/guard";
import { type Inside, serveIsolate } from "@pawl/hooks/isolate";
import { apply } from "../pod/function-body.ts";
import { createPodLoader } from "../pod/load-module.ts";
import type { HookFunction } from "../pod/module-hooks.ts";
import type { HookStart, LogNote, SentCall } from "./protocol.ts";

/** The inside of a thread: loads one pod module, and answers its calls. */
async function load({ data, note }: Inside) {
  const { file, hooks } = data as HookStart;
  const log = createLogger((level, message) => note({ level, message } satisfies LogNote));
  const module = (await createPodLoader()(file)) as Record<string, unknown>;
  const hook = hooks
    .map((name) => module[name] ?? (module.default as Record<string, unknown> | undefined)?.[name])
    .find(Boolean) as HookFunction;
  return ({ input, context }: SentCall, { signal }: { readonly signal: AbortSignal }) =>
    apply(hook, input, { ...context, signal, log });
}

void serveIsolate(load);
