import { createLogger } from "@pawl/hooks/guard";
import { describe, expect, test } from "vitest";
import { collectInput } from "../../src/questions/collect-input.ts";
import type { CollectorContext, InputCollector, WantedInput } from "../../src/questions/input-collector.ts";

const wanted: WantedInput = {
  kind: "run",
  flow: "deploy",
  name: "target",
  message: "Where to?",
  input: { type: "string", required: true, choices: ["staging", "production"] },
  secret: false,
  runId: undefined,
};

function surroundings(signal = new AbortController().signal) {
  const said: string[] = [];
  const log = createLogger((_, message) => void said.push(message));
  const context: CollectorContext = { projectDir: "/", env: {}, signal, log, isInteractive: false };
  return { said, context };
}

const giving = (name: string, value: unknown): InputCollector => ({ name, collect: () => value as never });

describe("input collectors", () => {
  test("are asked in order; the first value that fits is taken, and says who gave it", async () => {
    const { context, said } = surroundings();
    const asked: string[] = [];
    const never: InputCollector = { name: "never", collect: ({ name }) => void asked.push(name) };
    const vault: InputCollector = { name: "vault", collect: async () => "staging" };
    const found = await collectInput([never, vault, giving("late", "production")], wanted, context);
    expect(found).toEqual({ value: "staging", by: "vault" });
    expect([asked, said]).toEqual([["target"], []]);
  });

  test("that fail, or give what does not fit, are told and passed over", async () => {
    const { context, said } = surroundings();
    const throwing: InputCollector = {
      name: "throwing",
      collect() {
        throw new Error("the vault is sealed");
      },
    };
    const slow: InputCollector = { name: "slow", timeoutMs: 20, collect: () => new Promise(() => {}) };
    const wrong = [giving("wrong", "mars"), giving("odd", Symbol("x")), throwing, slow];
    expect(await collectInput(wrong, wanted, context)).toBeUndefined();
    expect(said.map((line) => /collector (\w+)/.exec(line)?.[1])).toEqual(["wrong", "odd", "throwing", "slow"]);
    expect(said[2]).toContain("the vault is sealed");
  });

  test("are no longer asked when the command was interrupted", async () => {
    const { context } = surroundings(AbortSignal.abort());
    expect(await collectInput([giving("vault", "staging")], wanted, context)).toBeUndefined();
  });
});
