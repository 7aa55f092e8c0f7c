import { relative } from "node:path";
import type { LoadedProject, ReloadedProject } from "@pawl/flows";
import { createLogger, type Logger } from "@pawl/hooks/guard";
import type { Call, Command } from "../command.ts";
import { CommandError, usageError } from "../command-error.ts";
import { exitCodes } from "../exit-codes.ts";
import { loadProjectToRun } from "../open-project.ts";
import { countOf, plural } from "../output/diagnostics.ts";
import { noteDiagnostics } from "../output/note-diagnostics.ts";
import { ServeLog } from "../output/serve-log.ts";
import { serveReport } from "../output/serve-report.ts";
import type { Runtime } from "../runtime.ts";
import type { Reading } from "../server/flow-book.ts";
import type { ServedProject, ServeOptions } from "../server/serve-project.ts";
import { untilAsked } from "../until-asked.ts";
import { readVersion } from "../version.ts";

const largestPort = 65_535;
const mostWorkers = 64;

export const command: Command = {
  options: [
    { flags: "--host <address>", description: "Where to listen. Default: 127.0.0.1; anything else needs PAWL_TOKENS" },
    { flags: "-p, --port <number>", description: "0 takes a free one. Default: 7295" },
    { flags: "--workers <number>", description: "Processes that execute runs. Default: 2 to 4; 0: the server itself" },
    { flags: "--allow-host <name>", description: "A further name of the server, behind a proxy", isList: true },
  ],
  json: true,
  endsWhenAsked: true,
  details:
    "Start runs when triggers fire, go on with runs that were cut off, and answer HTTP. Flow files are watched. " +
    "Ctrl-C lets open runs end, a second one stops at once. Tokens come from the environment: PAWL_TOKENS=ada=TOKEN,ci=TOKEN. " +
    "With --json each line is an event, the first one `ready` with the address and what is on and off.",
  examples: ["pawl serve", "PAWL_TOKENS=ada=… pawl serve --host 0.0.0.0"],
  run: (call) => serve(call),
};

/** Serves until it is asked to end; `onReady` is told where. */
export async function serve(call: Call, onReady: (url: string) => void = () => {}): Promise<void> {
  const loaded = await loadProjectToRun(call);
  if (!loaded.project.isProject) {
    throw usageError(`There is no project around ${loaded.project.dir}.`, "pawl init my-automations");
  }
  noteDiagnostics(call.terminal, loaded);
  const { serveProject } = await import("../server/serve-project.ts");
  const isJson = call.options.json === true;
  const log = new ServeLog(call.terminal, isJson);
  const options = { ...optionsOf(call), onOpen: ({ store }: Runtime) => log.watch(store.events) };
  const served = await serveProject(loaded, options).catch((error) => {
    throw asCommandError(error);
  });
  if (isJson) call.terminal.out(JSON.stringify(serveReport(loaded, served)));
  else await greet(call, loaded, served);
  onReady(served.url);
  log.start();
  await untilAsked(call.signal);
  call.terminal.note("Stopping: open runs may end, what does not is gone on with by the next pawl serve.");
  await served.close();
}

function optionsOf(call: Call): ServeOptions {
  const { host, port, allowHost, workers } = call.options;
  return {
    env: call.env,
    log: loggerOf(call),
    tokens: tokensOf(call.env.PAWL_TOKENS),
    onReading: (reading) => noteBroken(call, reading),
    onReload: (reloaded) => noteReload(call, reloaded),
    ...(typeof host === "string" ? { host } : {}),
    ...(port === undefined ? {} : { port: readPort(port) }),
    ...(workers === undefined ? {} : { workers: readWorkers(workers) }),
    ...(Array.isArray(allowHost) ? { allowedHosts: allowHost } : {}),
  };
}

function readPort(value: unknown): number {
  const port = Number(value);
  if (value !== "" && Number.isInteger(port) && port >= 0 && port <= largestPort) return port;
  throw usageError(`--port takes a number from 0 to ${largestPort}; "${value}" came.`);
}

function readWorkers(value: unknown): number {
  const count = Number(value);
  if (value !== "" && Number.isInteger(count) && count >= 0 && count <= mostWorkers) return count;
  throw usageError(`--workers takes a number from 0 to ${mostWorkers}; "${value}" came.`);
}

function tokensOf(text: string | undefined): Record<string, string> {
  const pairs = (text ?? "").split(",").filter((pair) => pair.trim() !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = "", ...token] = pair.trim().split("=");
      if (name === "" || token.join("=") === "") throw usageError("PAWL_TOKENS takes name=token, separated by commas.");
      return [name, token.join("=")];
    }),
  );
}

function loggerOf({ terminal, isVerbose }: Call): Logger {
  const { colors } = terminal;
  return createLogger((level, message, fields) => {
    // What a trigger fails with is shown among the events.
    if (fields?.trigger !== undefined && level === "error") return;
    if (level === "debug" || (level === "info" && !isVerbose)) return;
    terminal.note(
      `${level === "error" ? colors.red("error") : level === "warn" ? colors.yellow("warning") : level}: ${message}`,
    );
  });
}

function noteBroken({ terminal }: Call, { broken }: Reading): void {
  for (const { parsed, kept } of broken) {
    const effect = kept === undefined ? "its flow does not run" : `${kept} goes on as it was before`;
    terminal.note(
      `${terminal.colors.red("error:")} ${parsed.file} has ${countOf(parsed.diagnostics)}; ${effect} · pawl validate`,
    );
  }
}

function noteReload({ terminal }: Call, { changed, removed, broken }: ReloadedProject): void {
  const { colors } = terminal;
  for (const { source, isKept, diagnostics } of broken) {
    const effect = isKept ? "it goes on as it was before" : "nothing of it is used";
    for (const { message } of diagnostics) terminal.note(`${colors.red("error:")} ${message}`);
    terminal.note(`${colors.red("error:")} ${source} cannot be taken over; ${effect} · pawl doctor`);
  }
  for (const source of changed) terminal.note(`${source} was taken over; runs under way end with what they began with`);
  for (const source of removed) terminal.note(`${source} is gone`);
}

async function greet({ terminal }: Call, { project }: LoadedProject, served: ServedProject): Promise<void> {
  const { colors } = terminal;
  const store = relative(project.dir, project.databaseFile);
  terminal.out(
    `${colors.bold(`pawl ${readVersion()}`)} · project ${project.name} · store ${store} (SQLite) · ${served.url}`,
  );
  const triggers = served.triggers.status().map(({ flow, uses, description, health, lastError }) => {
    if (health === "failed" || health === "backing-off")
      return `${flow} ${uses} ${colors.red(lastError?.message ?? health)}`;
    return [flow, uses, description].filter(Boolean).join(" ");
  });
  if (triggers.length === 0)
    terminal.out(" triggers  none: pawl run FLOW starts a run, or POST /api/v1/flows/FLOW/runs");
  for (const [index, trigger] of triggers.entries())
    terminal.out(`${index === 0 ? " triggers  " : " ".repeat(11)}${trigger}`);
  const networks = [...(served.networks.networks?.runs.values() ?? [])].map(({ network }) => {
    const gateways = network.pods.filter((pod) => pod.type === "gateway").map((pod) => pod.id);
    const ways = gateways.map((id) => `POST /networks/${network.name}/${id}/trigger`).join(", ");
    return `${network.name}: ${plural(network.pods.length, "pod")}${ways === "" ? "" : `, gateway ${ways}`}`;
  });
  for (const [index, network] of networks.entries())
    terminal.out(`${index === 0 ? " networks  " : " ".repeat(11)}${network}`);
}

function asCommandError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== "ServerError") return error;
  const { code } = error as Error & { code?: string };
  return new CommandError(code === "cannot-listen" ? exitCodes.cannotConnect : exitCodes.usage, error.message, {
    cause: error,
  });
}
