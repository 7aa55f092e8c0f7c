import type { Command } from "../command.ts";
import { usageError } from "../command-error.ts";
import { projectOf } from "../open-project.ts";

export const command: Command = {
  options: [{ flags: "--remove", description: "Take the trust back" }],
  details:
    "Reading commands (validate, nodes, triggers, completion) import no code of a project before it is trusted. " +
    "`pawl run` and `pawl serve` run it in any case, as `npm run` does.",
  async run(call) {
    const { distrustProject, pluginsOf, trustProject } = await import("@pawl/flows");
    const project = await projectOf(call);
    if (!project.isProject) {
      throw usageError(`There is no project around ${call.projectFrom}.`, "pawl init my-automations");
    }
    if (call.options.remove === true) {
      const was = distrustProject(project.dir, call.env);
      call.terminal.out(was ? `${project.dir} is no longer trusted.` : `${project.dir} was not trusted.`);
      return;
    }
    trustProject(project.dir, call.env);
    call.terminal.out(`${project.dir} is trusted. Reading commands may now import:`);
    const sources = [
      project.configFile?.slice(project.dir.length + 1),
      ...pluginsOf(project).map((place) => place.source),
    ];
    for (const source of sources.filter((name) => name !== undefined)) call.terminal.out(`  ${source}`);
  },
};
