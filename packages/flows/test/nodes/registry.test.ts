import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createEngine, createMemoryStore, createNodeRegistry, EngineError, node } from "../../src/index.ts";
import { builtInNodes } from "../../src/nodes/built-in.ts";

const echo = (name: string) => node({ name, description: "Echoes.", input: z.unknown(), run: () => null });

describe("the node registry", () => {
  test("names and describes built-in nodes, and each of them loads under its own name and description", async () => {
    const registry = createNodeRegistry();
    for (const listed of builtInNodes) {
      const definition = await registry.find(listed.name);
      expect(definition).toMatchObject({ name: listed.name, description: listed.description });
    }
    const names = registry.list().map((listing) => listing.name);
    expect(names).toEqual([...names].sort());
  });

  test("gives a loaded node at once", async () => {
    const registry = createNodeRegistry();
    await registry.find("data.set");
    expect(registry.find("data.set")).not.toBeInstanceOf(Promise);
  });

  test("reports a name that comes twice with both sources, and keeps the first", async () => {
    const mine = echo("my.node");
    const registry = createNodeRegistry([
      { source: "plugins/a.ts", nodes: [mine] },
      { source: "plugins/b.ts", nodes: [echo("my.node"), echo("shell.run")] },
    ]);
    expect(registry.diagnostics.map((diagnostic) => diagnostic.code)).toEqual(["duplicate-node", "duplicate-node"]);
    expect(registry.diagnostics[0]?.message).toMatch(/plugins\/a\.ts.*plugins\/b\.ts/);
    expect(registry.diagnostics[1]?.message).toMatch(/built-in.*plugins\/b\.ts/);
    expect(registry.find("my.node")).toBe(mine);
    expect(registry.list().find((listing) => listing.name === "my.node")?.source).toBe("plugins/a.ts");
  });

  test("suggests the nearest name", () => {
    expect(createNodeRegistry().suggest("shel.run")).toContain('"shell.run"');
  });
});

test("an engine is not made of a node name that comes twice", async () => {
  const store = createMemoryStore();
  expect(() => createEngine({ projectDir: ".", store, nodes: [echo("data.set")] })).toThrow(EngineError);
  await store.close();
});
