import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { relative } from "node:path";
import type { Call, Command } from "../../command.ts";
import { CommandError } from "../../command-error.ts";
import { type ExitCode, exitCodes } from "../../exit-codes.ts";
import {
  isReady,
  runningService,
  type Service,
  type ServicePlaces,
  servicePlaces,
} from "../../service/service-file.ts";
import { lastLines, openLog, rotateWhenLong, sizeOf } from "../../service/service-log.ts";
import { command as serveCommand } from "../serve.ts";
import { toServiceReport } from "./status.ts";

const patienceMs = 60_000;
const lookEveryMs = 50;
const linesOfFailure = 20;

export const command: Command = {
  ...(serveCommand.options === undefined ? {} : { options: serveCommand.options }),
  json: true,
  details:
    "Run `pawl serve` in the background, and wait until it is ready. What it writes is in .pawl/logs/serve.log. " +
    "It does not come back by itself after a restart of the machine: for that, let your init system call `pawl serve`.",
  examples: ["pawl service start", "pawl service start --port 8080"],
  async run(call) {
    const places = await servicePlaces(call);
    const running = runningService(places.file);
    if (running !== undefined) return tell(call, places, running, "runs already");
    rotateWhenLong(places.log);
    const from = sizeOf(places.log);
    const child = launch(call, places);
    const service = await untilReady(call, places, child);
    if (typeof service === "object") return tell(call, places, service, "is ready");
    for (const line of lastLines(places.log, linesOfFailure, from)) call.terminal.note(line);
    const log = relative(call.cwd, places.log);
    if (service === "late") {
      throw new CommandError(
        exitCodes.timedOut,
        `The service is not ready after ${patienceMs / 1_000} s; it goes on starting.`,
        {
          next: "pawl service logs -f",
        },
      );
    }
    throw new CommandError(service, `The service has ended before it was ready; ${log} says why.`);
  },
};

/** In a session of its own, so that it outlives this terminal. */
function launch(call: Call, { project, log }: ServicePlaces): ChildProcess {
  const output = openLog(log);
  const words = ["--project", project.dir, "service", "run", ...optionsOf(call)];
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...words], {
    cwd: project.dir,
    env: call.env,
    detached: true,
    stdio: ["ignore", output, output],
    windowsHide: true,
  });
  closeSync(output);
  return child;
}

function optionsOf({ options }: Call): string[] {
  const { host, port, workers, allowHost } = options;
  const given = { host, port, workers };
  const single = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
  return [...single, ...(Array.isArray(allowHost) ? allowHost : []).map((name) => `--allow-host=${name}`)];
}

/** The service, or the exit code with which it has ended. */
async function untilReady(
  call: Call,
  { file }: ServicePlaces,
  child: ChildProcess,
): Promise<Service | ExitCode | "late"> {
  let ended: ExitCode | undefined;
  child.once("error", () => {
    ended = exitCodes.failed;
  });
  child.once("exit", (code) => {
    ended = (code || exitCodes.failed) as ExitCode;
  });
  const end = Date.now() + patienceMs;
  while (ended === undefined && Date.now() < end) {
    const service = runningService(file);
    if (service?.pid === child.pid && service !== undefined && (await isReady(service))) {
      child.unref();
      return service;
    }
    if (call.signal.aborted) child.kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  child.unref();
  return ended ?? "late";
}

async function tell(call: Call, { log }: ServicePlaces, service: Service, how: string): Promise<ExitCode> {
  if (call.options.json === true) call.terminal.json(await toServiceReport(service, log));
  else
    call.terminal.out(
      `service ${how}: process ${service.pid}, ${service.url ?? "not listening yet"} · pawl service logs`,
    );
  return exitCodes.ok;
}
