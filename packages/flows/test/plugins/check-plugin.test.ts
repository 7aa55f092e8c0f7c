import { describe, expect, test } from "vitest";
import { z } from "zod";
import { checkPlugin } from "../../src/plugins/check-plugin.ts";

const place = { source: "plugins/mine.ts", file: "/p/plugins/mine.ts" };
const node = { name: "my.node", input: z.object({}), run: () => 1 };
const collector = { name: "vault", collect: () => undefined };
const slug = { name: "slug", parameters: ["string"], returns: "string", call: (text: string) => text };

class AuditHook {
  beforeExecute() {}
}

describe("the export of a plugin", () => {
  test("may bring all of it, and is taken as it is", () => {
    const hook = new AuditHook();
    const given = { name: "mine", nodes: [node], hooks: [hook], inputCollectors: [collector], functions: [slug] };
    const { plugin, diagnostics } = checkPlugin(given, place);
    expect(diagnostics).toEqual([]);
    expect(plugin).toMatchObject({ name: "mine", nodes: [node], triggers: [], functions: [slug] });
    expect(plugin.hooks[0]).toBe(hook);
    expect(plugin.inputCollectors[0]).toBe(collector);
  });

  test.each([
    ["a hook that is a class", { hooks: [AuditHook] }, "invalid-step-hook", /AuditHook.*class.*new AuditHook\(\)/],
    ["a hook that does nothing", { hooks: [{}] }, "invalid-step-hook", /beforeExecute, afterExecute or both/],
    ["a collector without collect()", { inputCollectors: [{ name: "a" }] }, "invalid-plugin", /"a"\) has no collect/],
    ["a collector without a name", { inputCollectors: [{ collect() {} }] }, "invalid-plugin", /has no name/],
    [
      "a time-out of no length",
      { inputCollectors: [{ ...collector, timeoutMs: "1s" }] },
      "invalid-plugin",
      /timeoutMs/,
    ],
    ["a function of a dotted name", { functions: [{ ...slug, name: "my.slug" }] }, "invalid-plugin", /letters, digits/],
    ["a function without call()", { functions: [{ ...slug, call: 1 }] }, "invalid-plugin", /no call\(\)/],
    [
      "a function of unknown types",
      { functions: [{ ...slug, parameters: ["text"] }] },
      "invalid-plugin",
      /"text".*string, number/,
    ],
    [
      "a function without parameters",
      { functions: [{ ...slug, parameters: undefined }] },
      "invalid-plugin",
      /parameters/,
    ],
    ["a node that is null", { nodes: [null] }, "invalid-plugin", /is a null/],
    ["a map for a list", { nodes: {} }, "invalid-plugin", /nodes is a list/],
    ["a key that is misspelt", { inputColectors: [] }, "invalid-plugin", /Did you mean "inputCollectors"/],
  ])("is told %s, and the rest of it is used", (_, wrong, code, message) => {
    const { plugin, diagnostics } = checkPlugin({ name: "mine", triggers: [], nodes: [node], ...wrong }, place);
    expect(diagnostics).toMatchObject([{ code, file: place.file }]);
    expect(diagnostics[0]!.message).toMatch(message);
    expect(plugin.nodes.length).toBe("nodes" in wrong ? 0 : 1);
  });

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a list", []],
    ["a function", () => {}],
  ])("that is %s is no plugin", (_, exported) => {
    const { plugin, diagnostics } = checkPlugin(exported, place);
    expect(diagnostics).toMatchObject([{ code: "invalid-plugin", severity: "error" }]);
    expect([plugin.nodes, plugin.hooks]).toEqual([[], []]);
  });
});
