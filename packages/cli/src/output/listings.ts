import type { LoadedProject, NodeListing } from "@pawl/flows";
import { formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** Names with what they are, and where they come from when that is not Pawl. */
export function printListings(terminal: Terminal, listings: readonly NodeListing[], loaded: LoadedProject): void {
  const rows = listings.map(({ name, description = "", source }) => {
    return [name, source === "built-in" ? description : `${description} (${source})`.trim()];
  });
  for (const line of formatTable(rows)) terminal.out(line);
  if (loaded.isPartial) terminal.note("The project's own are not listed, because its code is not trusted: pawl trust");
}
