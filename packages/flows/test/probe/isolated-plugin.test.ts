import { describe, expect, test } from "vitest";
import { z } from "zod";
import { describeInput } from "../../src/definition/describe-input.ts";
import { apartOf, isolationOf } from "../../src/isolate/apart.ts";
import { node } from "../../src/nodes/node.ts";
import { checkPlugin } from "../../src/plugins/check-plugin.ts";
import type { PluginPlace } from "../../src/plugins/find-plugins.ts";
import { describePlugin } from "../../src/probe/described-plugin.ts";
import { isolatedPlugin } from "../../src/probe/isolated-plugin.ts";

const place: PluginPlace = {
  kind: "file",
  source: "plugins/a.ts",
  specifier: "/a.ts",
  file: "/a.ts",
  version: undefined,
};
const process = { in: "process", memoryMb: undefined } as const;
const none = z.object({});

/** As it crosses from the process that looked at it. */
function isolated(exported: object) {
  const { plugin } = checkPlugin(exported, place);
  return isolatedPlugin(JSON.parse(JSON.stringify(describePlugin(plugin))), process, place);
}

describe("a plugin that is known by its description", () => {
  const input = z.strictObject({
    url: z.url(),
    times: z.int().min(1).default(3),
    tags: z.array(z.string()).optional(),
  });

  test("refuses inputs with the same sentences and paths as its own schema, and leaves those it takes as they are", async () => {
    const { plugin, diagnostics } = isolated({ name: "a", nodes: [node({ name: "a.get", input, run: () => 1 })] });
    expect(diagnostics).toEqual([]);
    const [known] = plugin.nodes;
    for (const wrong of [{}, { url: 3 }, { url: "http://a.b", times: 0 }, { url: "http://a.b", tags: ["x", 4] }]) {
      const own = await input["~standard"].validate(wrong);
      const told = await known!.input["~standard"].validate(wrong);
      const plain = (issues = own.issues) => issues?.map(({ message, path }) => ({ message, path }));
      expect(plain(told.issues)).toEqual(plain());
    }
    const right = { url: "http://a.b" };
    expect(await known!.input["~standard"].validate(right)).toEqual({ value: right });
    expect(describeInput(known!.input)?.properties).toEqual(describeInput(input)?.properties);
  });

  test("takes everything where its schema has no JSON Schema: it is checked where it runs", async () => {
    const { plugin } = isolated({
      name: "a",
      nodes: [node({ name: "a.at", input: z.object({ at: z.date() }), run: () => 1 })],
    });
    expect(await plugin.nodes[0]!.input["~standard"].validate({ at: 3 })).toEqual({ value: { at: 3 } });
  });

  test("leaves out, one by one, what would have to run where runs are", () => {
    const { plugin, diagnostics } = isolated({
      name: "a",
      nodes: [
        node({ name: "a.fine", input: none, run: () => 1 }),
        node({ name: "a.waits", input: none, run: () => 1, waitUntil: () => 0 }),
        node({ name: "a.raw", input: none, run: () => 1, rawInputs: ["x"] }),
      ],
      triggers: [{ name: "a.fires", input: none, async *run() {} }],
      hooks: [{ name: "hooking", beforeExecute() {} }],
      functions: [{ name: "slug", parameters: ["string"], call: () => "" }],
      inputCollectors: [{ name: "vault", collect: () => undefined }],
    });
    expect(plugin.nodes.map(({ name }) => name)).toEqual(["a.fine"]);
    expect([plugin.triggers, plugin.hooks, plugin.functions, plugin.inputCollectors]).toEqual([[], [], [], []]);
    expect(diagnostics.map(({ code, file }) => `${code} ${file}`)).toEqual(Array(6).fill("isolated-part /a.ts"));
    for (const name of ["a.waits", "a.raw", "a.fires", "hooking", "slug", "vault"])
      expect(
        diagnostics.some(({ message }) => message.includes(name)),
        name,
      ).toBe(true);
  });

  test("can be asked for more by a step, and not for less", () => {
    const [known] = isolated({ name: "a", nodes: [node({ name: "a.one", input: none, run: () => 1 })] }).plugin.nodes;
    expect(apartOf(known!)).toEqual({ source: "plugins/a.ts", isolation: process });
    expect(isolationOf(undefined, known!)).toEqual(process);
    expect(isolationOf({ in: "worker", memoryMb: 64 }, known!)).toEqual({ in: "process", memoryMb: 64 });
    const other = node({ name: "b.one", input: none, run: () => 1 });
    expect([isolationOf(undefined, other), isolationOf({ in: "worker", memoryMb: 64 }, other)]).toEqual([
      undefined,
      { in: "worker", memoryMb: 64 },
    ]);
  });

  test.each(["proces", { in: "worker", memory: "1mb" }, { memory: "64mb" }, true])(
    "is isolated all the same when it says so wrongly, with a sentence: %j",
    (isolate) => {
      const { plugin, diagnostics } = checkPlugin({ name: "a", isolate }, place);
      expect([plugin.isolation?.in, diagnostics.map(({ code }) => code)]).toEqual(["process", ["invalid-plugin"]]);
    },
  );
});
