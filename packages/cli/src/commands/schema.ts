import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { didYouMean } from "@pawl/hooks/diagnostics";
import type { Call, Command } from "../command.ts";
import { usageError } from "../command-error.ts";
import { type SchemaKind, schemaKinds, schemaOf } from "../editor-schemas.ts";
import { loadProjectToRead } from "../open-project.ts";

export const command: Command = {
  arguments: [{ name: "[kind]", description: `${schemaKinds.join(", ")}; not needed with --write` }],
  options: [
    {
      flags: "--write",
      description: "Write all of them into .pawl/schemas, where the first line of a file finds them",
    },
    { flags: "--trust-all", description: "Import the project's plugins, trusted or not" },
  ],
  details:
    "Print the JSON Schema of a kind of file, for editors, with the nodes and triggers of this project and their inputs. " +
    "Of a project that is not trusted, those of its plugins are missing.",
  examples: ["pawl schema flow > flow.schema.json", "pawl schema --write"],
  async run(call) {
    const [kind = ""] = call.arguments;
    if (call.options.write === true) return writeAll(call);
    const known = schemaKinds.find((each) => each === kind);
    if (known === undefined)
      throw usageError(
        `There is no schema of "${kind}".${didYouMean(kind, schemaKinds)} Kinds: ${schemaKinds.join(", ")}.`,
      );
    call.terminal.json(await schemaOf(known, await loadProjectToRead(call)));
  },
};

async function writeAll(call: Call): Promise<void> {
  const loaded = await loadProjectToRead(call);
  const folder = join(loaded.project.stateDir, "schemas");
  mkdirSync(folder, { recursive: true });
  for (const kind of schemaKinds) {
    const file = join(folder, `${kind}.json`);
    writeFileSync(file, `${JSON.stringify(await schemaOf(kind satisfies SchemaKind, loaded), undefined, 2)}\n`);
    call.terminal.out(relative(call.cwd, file));
  }
}
