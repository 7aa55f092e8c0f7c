import type { Described, LoadedProject, NodeListing } from "@pawl/flows";
import { didYouMean } from "@pawl/hooks/diagnostics";
import type { Call } from "../command.ts";
import { notFound } from "../command-error.ts";
import { formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** What has names that can be listed and looked up one by one: nodes, triggers. */
export interface Listed {
  readonly kind: "node" | "trigger";
  list(): readonly NodeListing[];
  find(name: string): Described | Promise<Described> | undefined;
}

/**
 * All of them, those of one namespace, or one with everything that it takes.
 * @throws CommandError when there is none of that name
 */
export async function showListings(call: Call, loaded: LoadedProject, { kind, list, find }: Listed): Promise<void> {
  const all = list();
  const [name] = call.arguments;
  const one = all.find((listing) => listing.name === name);
  if (one !== undefined) return showOne(call, kind, one, (await find(one.name))!);
  const found = name === undefined ? all : all.filter((listing) => listing.name.startsWith(`${name}.`));
  if (found.length === 0) {
    const names = all.map((listing) => listing.name);
    throw notFound(`There is no ${kind} "${name}".${didYouMean(name!, names)}`, `pawl ${kind}s`);
  }
  if (call.options.json === true) call.terminal.json({ [`${kind}s`]: found });
  else printListings(call.terminal, found, loaded);
}

async function showOne(call: Call, kind: Listed["kind"], listing: NodeListing, described: Described): Promise<void> {
  const [{ describeInput }, { definitionJson, printDefinition }] = await Promise.all([
    import("@pawl/flows"),
    import("./definition-view.ts"),
  ]);
  const inputs = describeInput(described.input);
  if (call.options.json === true) call.terminal.json({ [`${kind}s`]: [definitionJson(listing, inputs)] });
  else printDefinition(call.terminal, listing, inputs);
}

/** Names with what they are, and where they come from when that is not Pawl. */
function printListings(terminal: Terminal, listings: readonly NodeListing[], loaded: LoadedProject): void {
  const rows = listings.map(({ name, description = "", source }) => {
    return [name, source === "built-in" ? description : `${description} (${source})`.trim()];
  });
  for (const line of formatTable(rows)) terminal.out(line);
  if (loaded.isPartial) terminal.note("The project's own are not listed, because its code is not trusted: pawl trust");
}
