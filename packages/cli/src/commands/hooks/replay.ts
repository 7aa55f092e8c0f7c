import type { Replayed } from "@pawl/hooks";
import type { Call, Command } from "../../command.ts";
import { exitCodes } from "../../exit-codes.ts";
import { plural } from "../../output/diagnostics.ts";
import { hookOptions, trustAllOption, withHooks } from "./open-hooks.ts";
import { openRecords } from "./records.ts";

export const command: Command = {
  arguments: [{ name: "[file]", description: "Records. Default: .pawl/hooks.ndjson", complete: "file" }],
  options: [...hookOptions, trustAllOption],
  json: true,
  details:
    "Run every recorded event against the hooks of today and show what comes out differently. Exits with 1 then.",
  run: (call) =>
    withHooks(call, async ({ loaded, recordFile }) => {
      const { replayRecords } = await import("@pawl/hooks");
      const records = await openRecords(call, recordFile);
      const changed: Replayed[] = [];
      for await (const replayed of replayRecords(records, loaded.registry, { signal: call.signal })) {
        if (replayed.changed.length === 0) continue;
        changed.push(replayed);
        if (call.options.json !== true) show(call, replayed);
      }
      if (call.options.json === true) call.terminal.json({ events: records.length, changed });
      else call.terminal.out(`${plural(records.length, "event")}, ${changed.length} changed`);
      return changed.length === 0 ? exitCodes.ok : exitCodes.failed;
    }),
};

function show({ terminal }: Call, { record, now, changed }: Replayed): void {
  terminal.out(`${record.at}  ${record.event}`);
  for (const key of changed) {
    terminal.out(`  ${key}: ${short(record.verdict[key])} -> ${short(now[key])}`);
  }
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
