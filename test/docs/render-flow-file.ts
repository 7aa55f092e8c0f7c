import { flowKeys } from "../../packages/flows/src/definition/flow-keys.ts";
import type { KeyTable } from "../../packages/flows/src/definition/key-table.ts";
import * as settings from "../../packages/flows/src/definition/setting-keys.ts";
import { nextKeys, stepKeys } from "../../packages/flows/src/definition/step-keys.ts";

const sections: readonly [title: string, keys: KeyTable][] = [
  ["At the top", flowKeys],
  ["A step", stepKeys],
  ["An input of `inputs`", settings.inputKeys],
  ["A secret of `secrets`", settings.secretKeys],
  ["A trigger", settings.triggerKeys],
  ["`concurrency`", settings.concurrencyKeys],
  ["`retention`", settings.retentionKeys],
  ["`retry`, when it is not a number of attempts", settings.retryKeys],
  ["`approval`, when it is not true", settings.approvalKeys],
  ["`cache`, when it is not true", settings.cacheKeys],
  ["`isolate`, when it is a map", settings.isolateKeys],
  ["`next`, when it is a map", nextKeys],
];

const head = `# The flow file

A flow is a YAML file in \`flows/\` (sub-folders count). Unknown keys are errors with the nearest known key. \`pawl validate\`
lists every mistake at once.

Durations are \`500ms\`, \`30s\`, \`5m\`, \`1h30m\`, or a number of seconds. Expressions stand between \`\${{\` and \`}}\`; a value that
is one expression keeps its type. The environment of the process wins over \`env\`, that over \`dotenv\`, that over \`.env\` of the
project.
`;

/** Every key of a flow file, from the tables that the parser reads. */
export function renderFlowFile(): string {
  return [head, ...sections.map(([title, keys]) => renderKeys(title, keys))].join("\n");
}

function renderKeys(title: string, keys: KeyTable): string {
  const rows = Object.entries(keys).map(([name, { description, default: fallback, isRequired, example }]) => {
    const shown = `\`${example.replaceAll(/\n\s*/g, " ").replaceAll("|", "\\|")}\``;
    return `| \`${name}\` | ${description} | ${isRequired ? "**required**" : fallback} | ${shown} |`;
  });
  return [`## ${title}`, "", "| key | meaning | default | example |", "| --- | --- | --- | --- |", ...rows, ""].join(
    "\n",
  );
}
