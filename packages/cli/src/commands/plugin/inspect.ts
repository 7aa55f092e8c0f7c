import { writeFileSync } from "node:fs";
import type { Command } from "../../command.ts";
import { notFound, usageError } from "../../command-error.ts";
import { projectOf, provided } from "../../open-project.ts";
import { reportOf } from "./report.ts";

/** Runs in a process of its own: what a plugin does when it is imported happens here, and ends with it. */
export const command: Command = {
  arguments: [{ name: "<source>", description: "A file in plugins/, or a package" }],
  options: [{ flags: "--report <file>", description: "Where the report is written" }],
  async run(call) {
    const { loaderOf, loadPlugin, packagePlugin, pluginsOf } = await import("@pawl/flows");
    const project = await projectOf(call);
    const source = call.arguments[0]!;
    const { report } = call.options;
    if (typeof report !== "string") throw usageError("--report names the file for the report.");
    const place = pluginsOf(project).find((other) => other.source === source) ?? packagePlugin(project.dir, source);
    if (place === undefined) throw notFound(`There is no plugin ${source}.`, "pawl plugin list");
    const { plugin, diagnostics } = await loadPlugin(place, await loaderOf(project, { provide: provided }));
    writeFileSync(report, JSON.stringify(reportOf(place, plugin, diagnostics)));
  },
};
