import { type PodType, podTypes } from "@pawl/networks";

type Pods = readonly (readonly [id: string, type: string, more?: string])[];

function file(name: string, pods: Pods, edges: readonly (readonly [from: string, to: string])[]): string {
  const width = Math.max(...pods.map(([id]) => id.length)) + 1;
  const lines = pods.map(
    ([id, type, more]) => `  - { id: ${`${id},`.padEnd(width)} type: ${type}${more ? `, ${more}` : ""} }`,
  );
  const links = edges.map(([from, to]) => `  - { from: ${`${from},`.padEnd(width)} to: ${to} }`);
  return [`name: ${name}`, "pods:", ...lines, "connections:", ...links, ""].join("\n");
}

/** The shapes that `pawl network new` can begin with. */
export const patterns: Readonly<Record<string, (name: string) => string>> = {
  line: (name) =>
    file(
      name,
      [
        ["intake", "gateway"],
        ["enrich", "relay"],
        ["archive", "sink"],
      ],
      [
        ["intake", "enrich"],
        ["enrich", "archive"],
      ],
    ),
  fan: (name) =>
    file(
      name,
      [
        ["intake", "gateway"],
        ["fan", "distributor"],
        ["mail", "terminator"],
        ["archive", "sink"],
      ],
      [
        ["intake", "fan"],
        ["fan", "mail"],
        ["fan", "archive"],
      ],
    ),
  diamond: (name) =>
    file(
      name,
      [
        ["intake", "gateway"],
        ["fan", "distributor"],
        ["price", "relay"],
        ["risk", "relay"],
        ["join", "aggregator", "timeout: 10m"],
        ["archive", "sink"],
      ],
      [
        ["intake", "fan"],
        ["fan", "price"],
        ["fan", "risk"],
        ["price", "join"],
        ["risk", "join"],
        ["join", "archive"],
      ],
    ),
  "two-sources": (name) =>
    file(
      name,
      [
        ["source-a", "gateway"],
        ["source-b", "gateway"],
        ["join", "aggregator", 'correlate: { key: "/task_id" }'],
        ["archive", "sink"],
      ],
      [
        ["source-a", "join"],
        ["source-b", "join"],
        ["join", "archive"],
      ],
    ),
};

/** The hook of a pod, doing nothing yet. */
export function hookStub(type: PodType): string {
  const { hook } = podTypes[type];
  const imports = 'import type { PodContext } from "@pawl/networks";\n\n';
  switch (type) {
    case "gateway":
    case "initiator":
      return `${imports}export async function ${hook}(payload: Record<string, unknown>, headers: Record<string, string>, ctx: PodContext) {\n  return payload;\n}\n`;
    case "aggregator":
      return `${imports}export async function ${hook}(partials: Record<string, unknown>[], ctx: PodContext) {\n  return { results: partials };\n}\n`;
    case "sink":
    case "terminator":
      return `${imports}export async function ${hook}(payload: Record<string, unknown>, ctx: PodContext) {\n  // Store it, or send it on to somewhere outside: this is where the network ends.\n}\n`;
    default:
      return `${imports}export async function ${hook}(payload: Record<string, unknown>, ctx: PodContext) {\n  return payload;\n}\n`;
  }
}
