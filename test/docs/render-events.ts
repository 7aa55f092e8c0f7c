import { eventTypes } from "@pawl/flows";
import { networkEventTypes } from "@pawl/networks";

const head = `# Events

The one log of what happened, to runs and to messages. \`pawl logs\`, \`pawl trace\`, server-sent events and \`pawl serve\` read
it. Each event has \`id\` (the same whoever reads it: \`f12\` of flows, \`n40\` of networks), \`type\`, \`time\` (milliseconds since
1970) and \`cursor\`: who hands that back is told what came after the event, and nothing twice. \`data\` stands in the last
column.

Flows and networks remember in a file each, so the order within flows and within networks is that in which things became
durable; between the two, events stand by their time as far as both were written when they were read.

`;

type Types = Readonly<Record<string, { readonly when: string; readonly data?: string }>>;

/** Every event of the log. */
export function renderEvents(): string {
  const ofFlows = "## Of flows, triggers and the project\n\nWhere they apply, with `runId`, `recordId` and `flow`.\n\n";
  const ofNetworks =
    "## Of networks\n\nWith `network`, and where they apply `pod` and `message` (a correlation id).\n\n";
  return `${head}${ofFlows}${table(eventTypes)}\n${ofNetworks}${table(networkEventTypes)}`;
}

function table(types: Types): string {
  const rows = Object.entries(types).map(([type, { when, data = "" }]) => `| \`${type}\` | ${when} | ${data} |`);
  return ["| type | when | data |", "| --- | --- | --- |", ...rows, ""].join("\n");
}
