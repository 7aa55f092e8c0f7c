import { expect, test } from "vitest";
import { checkConfig } from "../../src/project/config.ts";
import { isolationIn, limitsIn } from "../../src/project/plugin-settings.ts";

test("the settings of plugins are read, and a wrong one is told and has no effect, but that a wrong isolate isolates", () => {
  const right = {
    isolate: { "plugins/a.ts": { in: "worker", memory: "64mb" } },
    importTime: "3s",
    importMemory: "1gb",
  };
  const { config, diagnostics } = checkConfig({ plugins: right }, "pawl.config.ts");
  expect(diagnostics).toEqual([]);
  expect(limitsIn(config)).toEqual({ importMs: 3_000, memoryMb: 1_024 });
  expect(isolationIn(config, "plugins/a.ts")).toEqual({ in: "worker", memoryMb: 64 });
  expect([isolationIn(config, "plugins/b.ts"), isolationIn(config, "constructor")]).toEqual([undefined, undefined]);
  const wrong = checkConfig(
    { plugins: { isolat: {}, isolate: { x: "proces" }, importTime: "soon", importMemory: "1kb" } },
    "pawl.config.ts",
  );
  expect(wrong.diagnostics.map(({ code }) => code)).toEqual(Array(4).fill("invalid-config"));
  expect(limitsIn(wrong.config)).toEqual({ importMs: undefined, memoryMb: undefined });
  expect(isolationIn(wrong.config, "x")).toEqual({ in: "process", memoryMb: undefined });
  expect(checkConfig({ plugins: { isolate: [] } }, "pawl.config.ts").diagnostics.length).toBe(1);
});
