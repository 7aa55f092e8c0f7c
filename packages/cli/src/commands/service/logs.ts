import { existsSync } from "node:fs";
import type { Command } from "../../command.ts";
import { notFound } from "../../command-error.ts";
import { readCount } from "../../key-values.ts";
import { servicePlaces } from "../../service/service-file.ts";
import { lastLines, readAfter, sizeOf } from "../../service/service-log.ts";

const followMs = 100;

export const command: Command = {
  options: [
    { flags: "-f, --follow", description: "Go on as it writes" },
    { flags: "-n, --lines <count>", description: "How many of the last lines", default: "50" },
  ],
  json: true,
  details: "Show what the server in the background wrote. With --json: one JSON document a line.",
  async run(call) {
    const { log } = await servicePlaces(call);
    const count = readCount("--lines", call.options.lines);
    if (!existsSync(log)) throw notFound("The service has written nothing yet.", "pawl service start");
    const print = (line: string) =>
      call.options.json === true ? call.terminal.write(`${JSON.stringify({ line })}\n`) : call.terminal.out(line);
    let position = sizeOf(log);
    for (const line of lastLines(log, count)) print(line);
    let rest = "";
    while (call.options.follow === true && !call.signal.aborted) {
      const read = readAfter(log, position);
      position = read.position;
      const lines = (rest + read.text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) print(line);
      if (read.text === "") await new Promise((resolve) => setTimeout(resolve, followMs));
    }
  },
};
