import { didYouMean } from "@pawl/hooks/diagnostics";
import type { Command } from "../command.ts";
import { notFound } from "../command-error.ts";
import { loadProjectToRead } from "../open-project.ts";
import { formatTable } from "../output/table.ts";

interface Listed {
  readonly name: string;
  /** `slug(string): string`; one on a value is written as a method. */
  readonly signature: string;
  readonly description: string;
  readonly source: string;
}

export const command: Command = {
  arguments: [{ name: "[name]", description: "Only this function" }],
  options: [{ flags: "--trust-all", description: "Import the project's plugins, trusted or not" }],
  json: true,
  details: "List what expressions can call, beside what CEL has itself (size, contains, matches, …).",
  examples: ["pawl functions", "pawl functions slug"],
  async run(call) {
    const { functionListings, signatureOf } = await import("@pawl/flows");
    const loaded = await loadProjectToRead(call);
    const builtIn = functionListings.map((listing) => ({
      ...listing,
      name: nameOf(listing.signature),
      source: "built-in",
    }));
    const added = [...loaded.functions.entries.values()].map(({ definition, source }) => {
      const { name, description = "" } = definition;
      return { name, signature: signatureOf(definition), description, source };
    });
    const all: readonly Listed[] = [...builtIn, ...added].sort((a, b) => (a.signature < b.signature ? -1 : 1));
    const [name] = call.arguments;
    const found = name === undefined ? all : all.filter((listed) => listed.name === name);
    if (found.length === 0) {
      const near = didYouMean(
        name!,
        all.map((listed) => listed.name),
      );
      throw notFound(`There is no function "${name}".${near}`, "pawl functions");
    }
    if (call.options.json === true) return call.terminal.json({ functions: found });
    const rows = found.map(({ signature, description, source }) => [
      signature,
      source === "built-in" ? description : `${description} (${source})`.trim(),
    ]);
    for (const line of formatTable(rows)) call.terminal.out(line);
    if (loaded.isPartial)
      call.terminal.note("Those of plugins are not listed, because the code is not trusted: pawl trust");
  },
};

function nameOf(signature: string): string {
  return signature.slice(0, signature.indexOf("(")).replace(/^.*\./, "");
}
