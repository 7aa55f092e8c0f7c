import type { InputDescription, NodeListing } from "@pawl/flows";
import { formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** A node or a trigger as one document: what is known without loading it, and the JSON Schema of its inputs. */
export function definitionJson(listing: NodeListing, inputs: InputDescription | undefined): object {
  return { ...listing, description: listing.description ?? null, inputs: inputs?.schema ?? null };
}

/** One node or trigger with everything that it takes. */
export function printDefinition(terminal: Terminal, listing: NodeListing, inputs: InputDescription | undefined): void {
  const { out, colors } = terminal;
  const { name, description, source } = listing;
  out(`${colors.bold(name)}  ${source}`);
  if (description !== undefined) out(description);
  if (inputs === undefined) {
    out("Its inputs are not described: its schema cannot be shown as JSON Schema.");
    return;
  }
  const rows = Object.entries(inputs.properties).map(([key, schema]) => {
    const isNeeded = inputs.required.includes(key) && schema.default === undefined;
    const preset = schema.default === undefined ? "" : `default ${JSON.stringify(schema.default)}`;
    return [`  ${key}`, typeOf(schema), isNeeded ? "required" : preset, String(schema.description ?? "")];
  });
  if (rows.length === 0) out("It takes no inputs.");
  for (const line of formatTable(rows)) out(line);
  if (!inputs.isClosed) out("  Other inputs are let through.");
}

type Schema = Readonly<Record<string, unknown>>;

function typeOf({ enum: choices, anyOf, type }: Schema): string {
  if (Array.isArray(choices)) return choices.map((choice) => JSON.stringify(choice)).join(" | ");
  if (Array.isArray(anyOf)) return [...new Set((anyOf as Schema[]).map(typeOf))].join(" or ");
  if (type === "object") return "map";
  if (type === "array") return "list";
  return typeof type === "string" ? type : "any";
}
