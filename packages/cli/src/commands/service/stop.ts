import { parseDuration } from "@pawl/hooks/guard";
import { isAlive } from "@pawl/hooks/process";
import type { Call, Command } from "../../command.ts";
import { CommandError, usageError } from "../../command-error.ts";
import { exitCodes } from "../../exit-codes.ts";
import { runningService, type Service, servicePlaces } from "../../service/service-file.ts";
import { toServiceReport } from "./status.ts";

const defaultTimeout = "30s";
/** What a second signal, and then KILL, may take. */
const afterSignalMs = 5_000;
const lookEveryMs = 50;

export const command: Command = {
  options: [
    {
      flags: "--timeout <duration>",
      description: "How long it may take before it is stopped at once",
      default: defaultTimeout,
    },
  ],
  json: true,
  details:
    "Stop the server in the background. Open runs may end; what does not is gone on with when it is started again.",
  async run(call) {
    const places = await servicePlaces(call);
    const timeoutMs = readTimeout(call);
    const service = runningService(places.file);
    if (service !== undefined) await stop(call, service, timeoutMs);
    if (call.options.json === true) return call.terminal.json(await toServiceReport(undefined, places.log));
    call.terminal.out(service === undefined ? "service does not run" : `service has stopped: process ${service.pid}`);
  },
};

function readTimeout({ options: { timeout } }: Call): number {
  const timeoutMs = parseDuration(String(timeout));
  if (timeoutMs !== undefined) return timeoutMs;
  throw usageError(`--timeout takes a duration such as 30s; "${timeout}" came.`);
}

/** Asks, asks again, and ends it: the second signal cuts open runs off, KILL is for one that does not hear. */
async function stop(call: Call, service: Service, timeoutMs: number): Promise<void> {
  const steps = [
    { signal: "SIGTERM", waitMs: timeoutMs },
    { signal: "SIGTERM", waitMs: afterSignalMs, note: "Open runs took too long: it stops at once." },
    { signal: "SIGKILL", waitMs: afterSignalMs, note: "It does not hear: it is killed." },
  ] as const;
  for (const step of steps) {
    if (call.signal.aborted) break;
    if ("note" in step) call.terminal.note(step.note);
    signal(service, step.signal);
    if (await hasEnded(call, service, step.waitMs)) return;
  }
  throw new CommandError(exitCodes.failed, `Process ${service.pid} still runs.`, { next: "pawl service status" });
}

/** Looks who it is just before: a pid may be somebody else's by now. */
function signal(service: Service, name: NodeJS.Signals): void {
  try {
    if (isAlive(service)) process.kill(service.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function hasEnded(call: Call, service: Service, withinMs: number): Promise<boolean> {
  const end = Date.now() + withinMs;
  for (;;) {
    if (!isAlive(service)) return true;
    if (Date.now() >= end || call.signal.aborted) return false;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
