import { existsSync } from "node:fs";
import { join } from "node:path";
import { didYouMean } from "@pawl/hooks/diagnostics";
import type { Command } from "../../command.ts";
import { notFound, usageError } from "../../command-error.ts";
import { projectOf } from "../../open-project.ts";
import { runManager } from "./installation.ts";
import { commandLine, findPackageManager } from "./package-manager.ts";

export const command: Command = {
  arguments: [{ name: "<plugin>", description: "The name of its package" }],
  details: "Uninstall a plugin with the package manager of the project. Files in plugins/ are yours to delete.",
  examples: ["pawl plugin remove @pawl/plugin-redis"],
  async run(call) {
    const { dependenciesOf, pluginsOf } = await import("@pawl/flows");
    const project = await projectOf(call);
    const name = call.arguments[0]!;
    const places = pluginsOf(project);
    const file = places.find(
      ({ kind, source }) =>
        kind === "file" && [source, source.replace(/^plugins\//, "")].some((path) => isNamed(path, name)),
    );
    if (file !== undefined && existsSync(join(project.dir, file.source))) {
      throw usageError(`${file.source} is a file of the project: delete it, and the plugin is gone.`);
    }
    const packages = Object.keys(dependenciesOf(project.dir));
    if (!packages.includes(name)) {
      const known = places.filter(({ kind }) => kind === "package").map(({ source }) => source);
      throw notFound(`The project does not depend on ${name}.${didYouMean(name, known)}`, "pawl plugin list");
    }
    const manager = findPackageManager(project.dir);
    await runManager(call, project.dir, commandLine(manager, "remove", name));
    call.terminal.out(`${name} is gone. Next: pawl validate`);
  },
};

function isNamed(path: string, name: string): boolean {
  return path === name || path.replace(/\.[cm]?[jt]s$/, "") === name;
}
