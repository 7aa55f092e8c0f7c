import type { Command } from "../../command.ts";
import { exitCodes } from "../../exit-codes.ts";
import { projectOf } from "../../open-project.ts";
import { inspectPlugins } from "./inspection.ts";
import { printReport, reportOf } from "./report.ts";
import { withSameNames } from "./same-names.ts";

export const command: Command = {
  options: [{ flags: "--trust-all", description: "Import the project's plugins, trusted or not" }],
  json: true,
  details:
    "List the plugins of the project with where each comes from, its version, what it brings and what is wrong with it. " +
    "Each is imported in a process of its own, when the project is trusted.",
  async run(call) {
    const { isTrusted, missingPlugins, pluginsOf, versionProblem } = await import("@pawl/flows");
    const project = await projectOf(call);
    const places = pluginsOf(project);
    const mayImport = call.options.trustAll === true || (project.isProject && isTrusted(project.dir, call.env));
    const found = mayImport
      ? await withSameNames(await inspectPlugins(call, { project, places, importConfig: true }))
      : places.map((place) => reportOf(place, undefined, []));
    const reports = found.map((report, index) => {
      const outdated = versionProblem(places[index]!);
      return outdated ? { ...report, problems: [outdated, ...report.problems] } : report;
    });
    const missing = project.isProject ? missingPlugins(project.dir) : [];
    const ok = reports.every(({ problems }) => problems.every(({ severity }) => severity !== "error"));
    if (call.options.json === true) {
      call.terminal.json({ imported: mayImport, plugins: reports, missing });
      return ok ? exitCodes.ok : exitCodes.failed;
    }
    for (const report of reports) printReport(call.terminal, report);
    for (const name of missing) call.terminal.out(`${name}  is not installed: npm install`);
    if (reports.length + missing.length === 0) call.terminal.out("no plugins · pawl plugin new NAME");
    else if (!mayImport)
      call.terminal.note("What they bring is not shown, because the project is not trusted: pawl trust");
    return ok ? exitCodes.ok : exitCodes.failed;
  },
};
