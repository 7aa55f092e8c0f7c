import type { Command } from "../../command.ts";
import { formatTime } from "../../output/table.ts";
import { isReady, readService, runningService, type Service, servicePlaces } from "../../service/service-file.ts";

export const command: Command = {
  json: true,
  details: "Say whether the server of this project runs in the background, where it listens and whether it is ready.",
  async run(call) {
    const { file, log } = await servicePlaces(call);
    const { terminal } = call;
    const service = runningService(file);
    if (call.options.json === true) return terminal.json(await toServiceReport(service, log));
    if (service === undefined) {
      // One that stopped as it should leaves no file.
      const killed = readService(file);
      const how =
        killed === undefined ? "does not run" : `has ended without being asked: process ${killed.pid} is gone`;
      return terminal.out(`service ${how} · pawl service start`);
    }
    const ready = (await isReady(service)) ? "ready" : "not ready";
    const { pid, url, since, version } = service;
    terminal.out(
      `service runs: process ${pid} since ${formatTime(since)}, ${url ?? "not listening yet"}, ${ready}, pawl ${version}`,
    );
  },
};

/** What every `pawl service … --json` prints. */
export async function toServiceReport(service: Service | undefined, log: string): Promise<object> {
  if (service === undefined) return { running: false, log };
  const { pid, since, url, version } = service;
  const ready = await isReady(service);
  return { running: true, pid, since: new Date(since).toISOString(), url: url ?? null, ready, version, log };
}
