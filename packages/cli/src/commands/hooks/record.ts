import { resolve } from "node:path";
import type { Command } from "../../command.ts";
import { fire, fireOptions, printVerdict } from "./fire.ts";
import { withHooks } from "./open-hooks.ts";
import { readInput } from "./read-input.ts";

export const command: Command = {
  arguments: [{ name: "[event]", description: "Default: hook_event_name of the input" }],
  options: [...fireOptions, { flags: "--file <file>", description: "Where to. Default: .pawl/hooks.ndjson" }],
  json: true,
  details:
    "Fire an event as `pawl hooks fire` does, and add input and verdict to a file that `replay` and `stats` read.",
  async run(call) {
    const input = await readInput(call);
    return withHooks(call, async (opened) => {
      const { appendRecord, recordOf } = await import("@pawl/hooks");
      const verdict = await fire(call, opened, input);
      const file = typeof call.options.file === "string" ? resolve(call.cwd, call.options.file) : opened.recordFile;
      appendRecord(file, recordOf(verdict));
      call.terminal.note(`Recorded in ${file}`);
      return printVerdict(call, verdict);
    });
  },
};
