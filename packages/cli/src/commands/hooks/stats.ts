import { join } from "node:path";
import type { HookStats } from "@pawl/hooks";
import { formatDuration } from "@pawl/hooks/guard";
import type { Call, Command } from "../../command.ts";
import { projectOf } from "../../open-project.ts";
import { openRecords } from "./records.ts";

export const command: Command = {
  arguments: [{ name: "[file]", description: "Records. Default: .pawl/hooks.ndjson", complete: "file" }],
  json: true,
  async run(call) {
    const { statsOf } = await import("@pawl/hooks");
    const { stateDir } = await projectOf(call);
    const records = await openRecords(call, join(stateDir, "hooks.ndjson"));
    const hooks = statsOf(records);
    if (call.options.json === true) call.terminal.json({ events: records.length, hooks });
    else show(call, hooks);
  },
};

function show({ terminal }: Call, hooks: readonly HookStats[]): void {
  const width = Math.max(4, ...hooks.map((hook) => hook.name.length));
  terminal.out(`${"hook".padEnd(width)}  calls  failed  late       p50       p95       max  skipped`);
  for (const { name, calls, failures, timeouts, skipped, p50Ms, p95Ms, maxMs } of hooks) {
    const counts = `${pad(calls, 5)}  ${pad(failures, 6)}  ${pad(timeouts, 4)}`;
    const times = [p50Ms, p95Ms, maxMs].map((ms) => pad(ms === undefined ? "" : formatDuration(ms), 8)).join("  ");
    const reasons = Object.entries(skipped).map(([reason, count]) => `${count} ${reason}`);
    terminal.out(`${name.padEnd(width)}  ${counts}  ${times}  ${reasons.join(", ")}`.trimEnd());
  }
}

function pad(value: number | string, width: number): string {
  return String(value).padStart(width);
}
