import { describe, expect, test } from "vitest";
import { runFlow, steps } from "../execution/flow-kit.ts";
import { runNode } from "./node-kit.ts";

describe("text.replace", () => {
  test("replaces every occurrence, taking both texts as they stand", async () => {
    const { output } = await runNode("text.replace", { text: "a.b.c", old: ".", new: "$&" });
    expect(output).toBe("a$&b$&c");
  });
});

describe("text.template", () => {
  test("fills in both forms, and leaves what it does not know", async () => {
    const template = "$a ${a} $$a $unknown ${unknown} ${n}$";
    const { output } = await runNode("text.template", { template, variables: { a: "x", n: { b: 1 } } });
    expect(output).toBe('x x $a $unknown ${unknown} {"b":1}$');
  });

  test("does not find names on the prototype", async () => {
    expect((await runNode("text.template", { template: "$constructor" })).output).toBe("$constructor");
  });
});

describe("json.parse", () => {
  test("reads JSON, and fails with the reason for anything else", async () => {
    expect((await runNode("json.parse", { text: '{"a":[1]}' })).output).toEqual({ a: [1] });
    expect(await runNode("json.parse", { text: "{" })).toMatchObject({ code: "invalid-json" });
  });
});

describe("json.query", () => {
  const data = { items: [{ name: "x", "a.b": 1 }, { name: "y" }], "~/": 2 };

  test.each([
    ["/items/0/name", "x"],
    ["/~0~1", 2],
    ["items[1].name", "y"],
    ["items[-1].name", "y"],
    ["items.0.name", "x"],
    ["$.items[0].name", "x"],
    ['items[0]["a.b"]', 1],
    ["['items'][1]['name']", "y"],
    ["", data],
  ])("finds what is at %j", async (path, expected) => {
    expect((await runNode("json.query", { data, path })).output).toEqual(expected);
  });

  test("reads text as JSON first", async () => {
    expect((await runNode("json.query", { data: JSON.stringify(data), path: "items[0].name" })).output).toBe("x");
  });

  test("fails where nothing is, unless there is a default", async () => {
    expect((await runNode("json.query", { data, path: "items[7].name" })).code).toBe("missing-value");
    expect((await runNode("json.query", { data, path: "items[7]", default: "none" })).output).toBe("none");
    expect((await runNode("json.query", { data, path: "items.constructor" })).code).toBe("missing-value");
  });

  test.each(["a..b", "a[", "a[x]", "a b"])("refuses the path %j", async (path) => {
    expect((await runNode("json.query", { data, path })).code).toBe("invalid-path");
  });
});

describe("system.if and assert.that", () => {
  test("go by the rule of `if`", async () => {
    expect((await runNode("system.if", { condition: "off" })).output).toBe("false");
    expect((await runNode("system.if", { condition: [0], true_value: 1 })).output).toBe(1);
    expect((await runNode("system.if", { condition: 0, fail_on_false: true })).code).toBe("assertion-failed");
    expect(await runNode("assert.that", { condition: {}, message: "empty" })).toMatchObject({ message: "empty" });
  });
});

describe("log.message", () => {
  test("writes a line into the log of the run", async () => {
    const { run, engine, output } = await runNode("log.message", { message: { a: 1 }, level: "warn" });
    expect(output).toBe('{"a":1}');
    const [event] = await engine.store.events.read({ runId: run.id, types: ["log"] });
    expect(event).toMatchObject({ recordId: "a", data: { level: "warn", message: '{"a":1}' } });
  });
});

describe("wrong inputs", () => {
  test("are named all at once", async () => {
    const { code, message } = await runNode("text.replace", { text: 1, old: "", new: "x", extra: true });
    expect(code).toBe("invalid-input");
    for (const part of ["text", "old", "extra"]) expect(message).toContain(part);
  });

  test("of an unknown node name the nearest one", async () => {
    const { run } = await runFlow(steps("\n  - { id: a, uses: text.replce }\n"));
    expect(run.error).toMatchObject({ code: "unknown-node" });
    expect(run.error?.message).toContain('"text.replace"');
  });
});
