import type { LoadedProject } from "@pawl/flows";

/** Files that editors know a schema of, by the name of the kind. */
export const schemaKinds = ["flow", "test", "network", "hook"] as const;
export type SchemaKind = (typeof schemaKinds)[number];

/** The JSON Schema of a kind of file; that of flows has the nodes and triggers of the project, with their inputs. */
export async function schemaOf(
  kind: SchemaKind,
  { nodes, triggers }: Pick<LoadedProject, "nodes" | "triggers">,
): Promise<object> {
  switch (kind) {
    case "flow": {
      const { flowSchema, namesOf } = await import("@pawl/flows");
      return flowSchema({ nodes: namesOf(nodes), triggers: namesOf(triggers) });
    }
    case "test":
      return (await import("@pawl/flows/testing")).flowTestSchema();
    case "network":
      return (await import("@pawl/networks")).networkSchema();
    case "hook":
      return (await import("@pawl/hooks")).hookManifestSchema();
  }
}
