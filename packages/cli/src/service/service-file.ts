import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Project } from "@pawl/flows";
import { identify, isAlive, type ProcessIdentity } from "@pawl/hooks/process";
import type { Call } from "../command.ts";
import { usageError } from "../command-error.ts";
import { projectOf } from "../open-project.ts";

/** The server that runs in the background for a project, as it described itself. */
export interface Service extends ProcessIdentity {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Nothing until it listens. */
  readonly url?: string | undefined;
}

export interface ServicePlaces {
  readonly project: Project;
  readonly file: string;
  readonly log: string;
}

/** @throws CommandError outside of any project */
export async function servicePlaces(call: Call): Promise<ServicePlaces> {
  const project = await projectOf(call);
  if (!project.isProject) {
    throw usageError(`There is no project around ${project.dir}.`, "pawl init my-automations");
  }
  return {
    project,
    file: join(project.stateDir, "service.json"),
    log: join(project.stateDir, "logs", "serve.log"),
  };
}

/** Who wrote the file last, dead or alive; nothing when it stopped as it should, or never was. */
export function readService(file: string): Service | undefined {
  try {
    const read = JSON.parse(readFileSync(file, "utf8")) as Partial<Service> | null;
    return typeof read?.pid === "number" && typeof read.startTime === "string" ? (read as Service) : undefined;
  } catch {
    return undefined;
  }
}

/** The one that runs now. A file that a killed one left behind, or whose pid is somebody else's by now, is none. */
export function runningService(file: string): Service | undefined {
  const service = readService(file);
  return service !== undefined && isAlive(service) ? service : undefined;
}

/** Says that this process is the service; of two that do so at once, one is told of the other. */
export function claimService({ file, project }: ServicePlaces, version: string): Service {
  const own = identify(process.pid) ?? { pid: process.pid, startTime: "" };
  const service: Service = { ...own, version, since: Date.now() };
  mkdirSync(project.stateDir, { recursive: true });
  const running = runningService(file);
  if (running !== undefined) throw usageError(`The service runs already, as process ${running.pid}.`);
  rmSync(file, { force: true });
  const written = `${file}.${process.pid}`;
  writeFileSync(written, JSON.stringify(service), { mode: 0o600 });
  try {
    linkSync(written, file);
  } catch {
    throw usageError("The service is being started by another process already.", "pawl service status");
  } finally {
    rmSync(written, { force: true });
  }
  return service;
}

/** Adds what has become known. Whoever reads sees the old text or the new one. */
export function describeService(file: string, service: Service): void {
  const written = `${file}.${service.pid}`;
  writeFileSync(written, JSON.stringify(service), { mode: 0o600 });
  renameSync(written, file);
}

export function releaseService(file: string): void {
  if (readService(file)?.pid === process.pid) rmSync(file, { force: true });
}

/** Whether it answers that it can work. */
export async function isReady({ url }: Service): Promise<boolean> {
  if (url === undefined) return false;
  const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(readyMs) }).catch(() => undefined);
  return answer?.ok === true;
}

const readyMs = 2_000;
