import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createLogger } from "@pawl/hooks/guard";
import { describe, expect, test } from "vitest";
import { createEngine, createMask, createSecrets, maskedError } from "../../src/index.ts";
import { secretVariables } from "../../src/masking/secret-names.ts";
import { flowOf, inspect, openStore, temporaryProject } from "../execution/flow-kit.ts";

const values = {
  file: "from-a-file-1",
  command: "from-a-command-2",
  dotenv: "from-a-dotenv-3",
  config: "from-config-4",
};

function project() {
  const projectDir = temporaryProject();
  writeFileSync(join(projectDir, "token"), `${values.file}\n`);
  writeFileSync(join(projectDir, ".env.local"), `SOME_TOKEN=${values.dotenv}\n`);
  writeFileSync(join(projectDir, "said"), values.command);
  return projectDir;
}

const text = `
name: t
dotenv: .env.local
secrets:
  FILE: { file: token }
  COMMAND: { command: "cat said" }
inputs: { note: { type: string } }
steps:
  - { id: use, uses: data.set, with: { all: "\${{ secrets.FILE + secrets.COMMAND + secrets.SHARED }}" } }
`;

describe("secrets", () => {
  test("from files, programs, dotenv and the project's configuration are known before a run begins", async () => {
    const projectDir = project();
    const store = await openStore("sqlite", projectDir);
    const secrets = createSecrets({ projectDir, sources: { SHARED: { command: `echo ${values.config}` } } });
    const engine = createEngine({ projectDir, store, secrets, env: { PATH: process.env.PATH } });
    const flow = await flowOf(text);
    const all = Object.values(values);
    const payload = { all, nested: { text: `a ${all.join(" ")} b` } };
    const { runId } = await engine.start(flow, {
      inputs: { note: all.join("/") },
      trigger: { payload, event: { all } },
    });
    const queued = (await store.durability.get(runId))!;
    for (const value of all) expect(JSON.stringify(queued)).not.toContain(value);
    const worker = engine.work();
    const ended = await inspect(engine, await store.durability.ended(runId));
    await worker.close();
    expect(ended.run.status).toBe("completed");
    for (const value of all) expect(JSON.stringify(ended.steps)).not.toContain(value);
  });

  test("of a program are asked for once, however many events come at once", async () => {
    const projectDir = project();
    const secrets = createSecrets({ projectDir, sources: { A: { command: "echo x >> asked; echo abcdef" } } });
    const env = { PATH: process.env.PATH ?? "" };
    const flow = { secrets: {}, text: "" };
    const known = await Promise.all(Array.from({ length: 5 }, () => secrets.known(flow, env)));
    expect(known.flat()).toEqual(Array(5).fill("abcdef"));
    const { readFileSync } = await import("node:fs");
    expect(readFileSync(join(projectDir, "asked"), "utf8")).toBe("x\n");
  });

  test("of the project that cannot be read fail only the flows that name them", async () => {
    const projectDir = project();
    const store = await openStore("memory", projectDir);
    const secrets = createSecrets({ projectDir, sources: { GONE: { file: "no-such-file" }, HERE: { env: "KEPT" } } });
    const engine = createEngine({ projectDir, store, secrets, env: { KEPT: "kept-value" } });
    const plain = await engine.run(await flowOf("name: a\nsteps: [{ id: x, uses: data.set }]"));
    expect(plain.status).toBe("completed");
    const named = await engine.run(
      await flowOf('name: b\nsteps: [{ id: x, uses: data.set, with: { v: "${{ secrets.GONE }}" } }]'),
    );
    expect(named.error?.code).toBe("secret-unavailable");
    const here = await engine.run(
      await flowOf("name: c\nsteps: [{ id: x, uses: data.set, with: { v: \"${{ secrets.HERE == 'kept-value' }}\" } }]"),
    );
    expect((await inspect(engine, here)).outputs.x).toEqual({ v: true });
  });

  test("are hidden in what a server logs, errors and nested fields too", async () => {
    const projectDir = project();
    writeFileSync(join(projectDir, ".env"), "A_PASSWORD=in-dot-env\n");
    const secrets = createSecrets({ projectDir, sources: { A: { file: "token" } } });
    const mask = await createMask({ projectDir, secrets, env: { API_KEY: "key-value" } });
    const lines: string[] = [];
    const log = mask.logger(
      createLogger((level, message, fields) =>
        lines.push(`${level} ${message} ${JSON.stringify(fields)} ${fields?.error}`),
      ),
    );
    const error = Object.assign(new RangeError(`cannot use ${values.file}`), { retryable: false });
    log.error(`got ${values.file} and in-dot-env`, { deep: { key: ["key-value"] }, error });
    expect(lines).toEqual([expect.stringMatching(/^error got \*\*\* and \*\*\* .*RangeError: cannot use \*\*\*$/)]);
    expect(lines[0]).not.toMatch(/key-value|from-a-file/);
    const masked = maskedError(error, mask.text);
    expect([masked instanceof RangeError, masked.retryable, masked.message]).toEqual([true, false, "cannot use ***"]);
  });

  test("that are changed while a server runs are hidden in what it logs, and the ones before too", async () => {
    const projectDir = project();
    writeFileSync(join(projectDir, "key"), "first-key\n");
    const sources = { KEY: { file: "key" }, SAID: { command: "cat said" } };
    writeFileSync(join(projectDir, "said"), "said-first");
    const secrets = createSecrets({ projectDir, sources });
    const env = { PATH: process.env.PATH ?? "" };
    const { text } = await createMask({ projectDir, secrets, env });
    expect(text("first-key said-first")).toBe("*** ***");
    writeFileSync(join(projectDir, "key"), "second-one\n");
    expect(text("first-key second-one")).toBe("*** ***");
    writeFileSync(join(projectDir, "said"), "said-later");
    await secrets.read({ secrets: {}, text: "SAID" }, { env, signal: new AbortController().signal });
    expect(text("said-first said-later")).toBe("*** ***");
    rmSync(join(projectDir, "key"));
    expect(text("second-one, first-key")).toBe("***, ***");
  });

  test.each([
    ["DB_PASS", "secret-pass", ["secret-pass"]],
    ["MYSQL_PWD", "secret-pwd", ["secret-pwd"]],
    ["SIGNING_KEY", "secret-key", ["secret-key"]],
    ["DATABASE_URL", "postgres://user:p%40ssword@host/db", ["p%40ssword", "p@ssword"]],
    ["COMPASS", "north-east", []],
    ["PWD", "/home/somebody", []],
    ["MAX_TOKENS", "100000", []],
    ["HOME_URL", "https://example.com/a:b@c", []],
    ["TOKEN_FILE", "/run/secrets/token", []],
  ])("the variable %s of %s holds %j", (name, value, expected) => {
    expect(secretVariables({ [name]: value })).toEqual(expected);
  });
});
