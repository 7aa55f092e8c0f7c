import type { Network, Pod } from "./network.ts";
import type { PodType } from "./pod-type.ts";

const shapes: Record<PodType, readonly [string, string]> = {
  gateway: ["([", "])"],
  initiator: ["([", "])"],
  relay: ["[", "]"],
  distributor: ["{{", "}}"],
  aggregator: ["[/", "\\]"],
  sink: ["[(", ")]"],
  terminator: ["[(", ")]"],
};

/** The graph as a Mermaid flowchart. Ids hold only letters, digits and hyphens, so nothing needs escaping. */
export function toMermaid(network: Network): string {
  const node = (pod: Pod) => {
    const [open, close] = shapes[pod.type];
    return `  ${nameOf(pod)}${open}"${pod.id}<br/>${pod.type}"${close}`;
  };
  const edges = network.edges.map((edge) => {
    return `  ${nameOf(network.pods[edge.from]!)} --> ${nameOf(network.pods[edge.to]!)}`;
  });
  return ["flowchart LR", ...network.pods.map(node), ...edges, ""].join("\n");
}

/** Some ids (`end`, `graph`) are words of Mermaid; a prefix keeps them names. */
function nameOf(pod: Pod): string {
  return `pod-${pod.id}`;
}
