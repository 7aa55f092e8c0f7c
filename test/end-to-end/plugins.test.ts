import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  linesOf,
  pawl,
  pawlJson,
  post,
  startServe,
  temporaryFolder,
  temporaryProject,
  twoAtATime,
  until,
} from "./pawl.ts";

const head = 'import { definePlugin, node } from "@pawl/flows";\nimport { z } from "zod";\n';
const plugin = (namespace: string, output = "1") =>
  `${head}const one = node({ name: "${namespace}.one", description: "Gives one.", input: z.strictObject({ n: z.number().default(1).describe("How many.") }), run: () => (${output}) });
export default definePlugin({ name: "${namespace}", nodes: [one] });\n`;

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Packages as they lie in `node_modules`, each with its files. */
function installed(packages: Readonly<Record<string, { manifest?: object; files: Readonly<Record<string, string>> }>>) {
  const files: Record<string, string> = {
    "package.json": JSON.stringify({
      dependencies: Object.fromEntries(Object.keys(packages).map((name) => [name, "1"])),
    }),
  };
  for (const [name, { manifest, files: own }] of Object.entries(packages)) {
    const full = { name, version: "1.0.0", keywords: ["pawl-plugin"], ...manifest };
    files[`node_modules/${name}/package.json`] = JSON.stringify(full);
    for (const [path, text] of Object.entries(own)) files[`node_modules/${name}/${path}`] = text;
  }
  return files;
}

interface Listed {
  readonly source: string;
  readonly nodes: readonly string[];
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

async function listed(cwd: string, env = {}): Promise<Record<string, Listed>> {
  const { plugins } = await pawlJson(["plugin", "list", "--trust-all"], { cwd, env });
  return Object.fromEntries((plugins as Listed[]).map((one) => [one.source, one]));
}

const compiled = (namespace: string) => `"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
const flows_1 = require("@pawl/flows");
const zod_1 = require("zod");
const one = (0, flows_1.node)({ name: "${namespace}.one", input: zod_1.z.object({}), run: () => 1 });
exports.default = (0, flows_1.definePlugin)({ name: "${namespace}", nodes: [one] });
`;

describe("plugins that are packages", () => {
  test("are found by their keyword whatever they are written in, scoped or not", async () => {
    const cwd = temporaryProject(
      installed({
        "plugin-esm": { manifest: { type: "module", exports: "./main.js" }, files: { "main.js": plugin("esm") } },
        "plugin-mjs": { manifest: { main: "main.mjs" }, files: { "main.mjs": plugin("mjs") } },
        "plugin-cjs": { manifest: { main: "dist/main.js" }, files: { "dist/main.js": compiled("cjs") } },
        "plugin-ts": { manifest: { type: "module", exports: "./src/main.ts" }, files: { "src/main.ts": plugin("ts") } },
        "@ada/plugin-scoped": {
          manifest: { type: "module", exports: "./main.js" },
          files: { "main.js": 'export { default } from "./parts/one.js";\n', "parts/one.js": plugin("scoped") },
        },
        "no-plugin": { manifest: { keywords: [] }, files: { "index.js": "throw new Error('imported');" } },
      }),
    );
    const found = await listed(cwd);
    expect(Object.values(found).map(({ nodes, problems }) => [...nodes, ...problems])).toEqual([
      ["scoped.one"],
      ["cjs.one"],
      ["esm.one"],
      ["mjs.one"],
      ["ts.one"],
    ]);
    const uses = ["scoped", "cjs", "esm", "mjs", "ts"].map((name) => `  - { id: ${name}, uses: ${name}.one }\n`);
    write(cwd, { "flows/all.yaml": `name: all\nsteps:\n${uses.join("")}` });
    expect((await pawlJson(["run", "all"], { cwd })).run.status).toBe("completed");
  });

  test("say what they lack, and names that two of them have are told with both", async () => {
    const esm = { type: "module", exports: "./main.js" };
    const cwd = temporaryProject({
      ...installed({
        "a-lacks-peer": {
          manifest: { ...esm, peerDependencies: { "gone-package": "^1.0.0" } },
          files: { "main.js": `import "gone-package";\n${plugin("a")}` },
        },
        "b-old": {
          manifest: { ...esm, peerDependencies: { "@pawl/flows": "^9.0.0" } },
          files: { "main.js": plugin("b") },
        },
        "c-same": { manifest: esm, files: { "main.js": plugin("same") } },
        "d-same": { manifest: esm, files: { "main.js": plugin("same") } },
        "e-class": {
          manifest: esm,
          files: { "main.js": `export default { name: "e", hooks: [class AuditHook { beforeExecute() {} }] };\n` },
        },
        "f-main": { manifest: { ...esm, exports: "./gone.js" }, files: {} },
      }),
      "plugins/same.ts": plugin("same"),
    });
    const manifest = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"));
    manifest.dependencies["pawl-plugin-missing"] = "^1.0.0";
    write(cwd, { "package.json": JSON.stringify(manifest) });
    const [found, { findings }] = await Promise.all([listed(cwd), pawlJson(["doctor", "--trust-all"], { cwd })]);
    const codes = Object.entries(found).map(([name, { problems }]) => [name, problems.map(({ code }) => code)]);
    expect(Object.fromEntries(codes)).toEqual({
      "plugins/same.ts": [],
      "a-lacks-peer": ["plugin-import"],
      "b-old": ["plugin-version"],
      "c-same": ["duplicate-node"],
      "d-same": ["duplicate-node"],
      "e-class": ["invalid-step-hook"],
      "f-main": ["plugin-import"],
    });
    expect(found["a-lacks-peer"]!.problems[0]!.message).toMatch(/"gone-package".*npm install gone-package/);
    expect(found["c-same"]!.problems[0]!.message).toMatch(/plugins\/same\.ts.*c-same/);
    expect(found["e-class"]!.problems[0]!.message).toContain("AuditHook of e-class is a class");
    const said = (findings as { detail: string }[]).map(({ detail }) => detail).join("\n");
    for (const text of ["gone-package", "^9.0.0", "c-same", "AuditHook", "pawl-plugin-missing"])
      expect(said).toContain(text);
  });
});

describe("a plugin that does harm when it is imported", () => {
  test("is told, and harms neither the list nor the doctor", async () => {
    const cwd = temporaryProject({
      "plugins/exits.ts": "process.exit(7);\n",
      "plugins/good.ts": plugin("good"),
      "plugins/prints.ts": `console.log("{not json");\n${plugin("prints")}`,
    });
    const [found, { findings }] = await Promise.all([listed(cwd), pawlJson(["doctor", "--trust-all"], { cwd })]);
    expect(found["plugins/exits.ts"]!.problems[0]!.message).toContain("process.exit(7)");
    expect([found["plugins/good.ts"]!.nodes, found["plugins/prints.ts"]!.nodes]).toEqual([
      ["good.one"],
      ["prints.one"],
    ]);
    expect(JSON.stringify(findings)).toContain("process.exit(7)");
  });
});

describe("pawl plugin", () => {
  test("list imports nothing of a project that is not trusted, and says so", async () => {
    const cwd = temporaryProject({
      "plugins/loud.ts": 'import { writeFileSync } from "node:fs";\nwriteFileSync("imported", "");\n',
    });
    const [{ stdout, stderr, code }, inEmpty] = await Promise.all([
      pawl(["plugin", "list"], { cwd }),
      pawl(["plugin", "list"], { cwd: temporaryProject({}) }),
    ]);
    expect([code, stdout.trim(), existsSync(join(cwd, "imported"))]).toEqual([0, "plugins/loud.ts", false]);
    expect(stderr).toContain("pawl trust");
    expect(inEmpty.stdout).toContain("pawl plugin new");
  });

  test("new writes a plugin that works at once, with types that an editor finds", async () => {
    const cwd = temporaryProject({});
    expect((await pawl(["plugin", "new", "weather"], { cwd })).code).toBe(0);
    const { nodes } = await pawlJson(["nodes", "weather.greet", "--trust-all"], { cwd });
    write(cwd, { "flows/hi.yaml": "name: hi\nsteps:\n  - { id: hi, uses: weather.greet, with: { name: Ada } }\n" });
    const [{ triggers }, { steps }] = await Promise.all([
      pawlJson(["triggers", "weather.tick", "--trust-all"], { cwd }),
      pawlJson(["run", "hi"], { cwd }),
    ]);
    expect(nodes).toMatchObject([
      { source: "plugins/weather.ts", inputs: { properties: { name: { type: "string" } } } },
    ]);
    expect(triggers).toMatchObject([{ source: "plugins/weather.ts", inputs: { properties: { seconds: {} } } }]);
    expect(steps[0].output).toEqual({ text: "Hello, Ada!" });
    const own = JSON.parse(readFileSync(join(cwd, ".pawl", "tsconfig.json"), "utf8"));
    for (const name of ["@pawl/flows", "@pawl/flows/testing", "zod"]) {
      expect(existsSync(own.compilerOptions.paths[name][0]), name).toBe(true);
    }
    expect((await pawl(["plugin", "new", "weather"], { cwd })).stdout).toContain("left as it is");
    await twoAtATime(["Weather", "../up", "9lives", "a b"], async (name) => {
      expect((await pawl(["plugin", "new", name], { cwd })).code, name).toBe(2);
    });
  });

  test("project plugins can import what authors test with", async () => {
    const test = `import { createTestHarness } from "@pawl/flows/testing";\nimport { didYouMean } from "@pawl/hooks/diagnostics";\n${plugin("harnessed", "[typeof createTestHarness, typeof didYouMean]")}`;
    const cwd = temporaryProject({
      "plugins/harnessed.ts": test,
      "flows/a.yaml": "name: a\nsteps: [{ id: a, uses: harnessed.one }]\n",
    });
    expect((await pawlJson(["run", "a"], { cwd })).steps[0].output).toEqual(["function", "function"]);
  });

  test("add copies a folder, again when it has changed, and puts back what was there when the new one is broken", async () => {
    const folder = temporaryFolder();
    const manifest = { name: "pawl-plugin-mine", version: "1.0.0", keywords: ["pawl-plugin"], exports: "./index.ts" };
    const scripts = { preinstall: "touch ran", install: "touch ran", postinstall: "touch ran" };
    write(folder, { "package.json": JSON.stringify({ ...manifest, scripts }), "index.ts": plugin("mine", "1") });
    const cwd = temporaryProject({ "flows/a.yaml": "name: a\nsteps: [{ id: a, uses: mine.one }]\n" });
    const output = async () => (await pawlJson(["run", "a"], { cwd })).steps[0].output;
    const first = await pawl(["plugin", "add", folder], { cwd });
    expect([first.code, first.stderr.includes("package.json was made"), await output()]).toEqual([0, true, 1]);
    expect(first.stderr).toContain("not trusted");
    write(folder, { "index.ts": plugin("mine", "2") });
    expect([(await pawl(["plugin", "add", folder], { cwd })).code, await output()]).toEqual([0, 2]);
    const before = readFileSync(join(cwd, "package.json"), "utf8");
    write(folder, { "index.ts": "throw new Error('half done');" });
    const refused = await pawl(["plugin", "add", folder], { cwd });
    expect([refused.code, refused.stderr.includes("half done"), await output()]).toEqual([1, true, 2]);
    expect(readFileSync(join(cwd, "package.json"), "utf8")).toBe(before);
    expect(existsSync(join(cwd, "node_modules", "pawl-plugin-mine", "ran"))).toBe(false);
    expect((await pawl(["plugin", "remove", "pawl-plugin-mine"], { cwd })).code).toBe(0);
    expect(JSON.parse(readFileSync(join(cwd, "package.json"), "utf8")).dependencies ?? {}).toEqual({});
    expect((await pawl(["plugin", "remove", "pawl-plugin-mine"], { cwd })).code).toBe(4);
  }, 120_000);

  test("add refuses what cannot be a plugin before it changes anything", async () => {
    const cwd = temporaryProject({
      "plain/package.json": '{ "name": "plain" }',
      "empty/keep": "",
      "plugins/mine.ts": plugin("mine"),
    });
    const refusals = [
      ["./plain", 1, "pawl-plugin"],
      ["./empty", 2, "no package.json"],
      ["./gone", 2, "nothing at"],
      ["--global", 2, ""],
    ] as const;
    await twoAtATime(refusals, async ([spec, code, text]) => {
      const refused = await pawl(["plugin", "add", spec], { cwd });
      expect([refused.code, refused.stderr], spec).toEqual([code, expect.stringContaining(text)]);
    });
    expect(existsSync(join(cwd, "package.json"))).toBe(false);
    const [removed, outside] = await Promise.all([
      pawl(["plugin", "remove", "mine"], { cwd }),
      pawl(["plugin", "add", "x"], { cwd: temporaryFolder() }),
    ]);
    expect([removed.stderr, outside.stderr]).toEqual([
      expect.stringContaining("delete it"),
      expect.stringContaining("pawl init"),
    ]);
  });

  test.each([
    ["pnpm", { "pnpm-lock.yaml": "" }, ["add", "--ignore-scripts", "--", "some-plugin"]],
    ["yarn", { "yarn.lock": "" }, ["add", "--", "some-plugin"]],
    ["bun", { "package.json": '{ "packageManager": "bun@1.2.0" }' }, ["add", "--ignore-scripts", "some-plugin"]],
  ])("add uses %s where the project does, without install scripts", async (name, files, expected) => {
    const cwd = temporaryProject(files);
    const bin = temporaryFolder();
    const said = join(bin, "said");
    write(bin, {
      [name]: `#!/bin/sh\nprintf '%s\\n' "$npm_config_ignore_scripts$YARN_ENABLE_SCRIPTS" "$@" > ${said}\nexit 9\n`,
    });
    chmodSync(join(bin, name), 0o755);
    const path = `${bin}:${process.env.PATH}`;
    const [failed, absent] = await Promise.all(
      [path, dirname(process.execPath)].map((PATH) => pawl(["plugin", "add", "some-plugin"], { cwd, env: { PATH } })),
    );
    expect([failed!.code, linesOf(said)]).toEqual([1, ["truefalse", ...expected]]);
    expect(failed!.stderr).toContain("exit code 9");
    if (!existsSync(join(dirname(process.execPath), name)))
      expect(absent!.stderr).toContain(`${name}, which is not on PATH`);
  });
});

describe("what plugins bring beside nodes and triggers", () => {
  const brought = `import { definePlugin, expressionFunction, inputCollector } from "@pawl/flows";
const slug = expressionFunction({
  name: "slug", description: "A text as part of a path.", parameters: ["string"], returns: "string",
  call: (text) => text.toLowerCase().replaceAll(" ", "-"),
});
const vault = inputCollector({
  name: "vault",
  collect: ({ kind, name }) => (kind === "run" && name === "title" ? "Big News" : kind === "step" && name === "ask" ? "yes" : undefined),
});
export default definePlugin({ name: "more", functions: [slug], inputCollectors: [vault] });
`;
  const flow = `name: publish
inputs:
  title: { type: string, required: true }
steps:
  - { id: ask, uses: human.input, with: { prompt: Really? } }
  - id: path
    uses: shell.run
    with: { command: "echo \${{ slug(inputs.title) }}" }
outputs: { path: "\${{ steps.path.output.stdout }}", answer: "\${{ steps.ask.output }}" }
`;

  test("functions work in every expression, and collectors answer what nobody has said", async () => {
    const cwd = temporaryProject({ "plugins/more.ts": brought, "flows/publish.yaml": flow });
    const { run } = await pawlJson(["run", "publish"], { cwd });
    expect([run.status, run.outputs]).toEqual(["completed", { path: "big-news", answer: "yes" }]);
    // What is known of the plugin by now need not be found out by each of these.
    const [given, { functions }, untrusted, trusted] = await Promise.all([
      pawlJson(["run", "publish", "--input", "title=Small Talk"], { cwd }),
      pawlJson(["functions", "slug", "--trust-all"], { cwd }),
      pawl(["validate"], { cwd }),
      pawl(["validate", "--trust-all"], { cwd }),
    ]);
    expect(given.run.outputs.path).toBe("small-talk");
    expect(functions).toMatchObject([{ signature: "slug(string): string", source: "plugins/more.ts" }]);
    expect([untrusted.code, untrusted.stdout]).toEqual([0, expect.stringContaining("unknown-function")]);
    expect(trusted.stdout).not.toContain("unknown-function");
    rmSync(join(cwd, "plugins"), { recursive: true });
    const without = await pawl(["run", "publish"], { cwd });
    expect([without.code, without.stderr]).toEqual([3, expect.stringContaining("slug")]);
  });
});

describe("pawl serve", () => {
  test("takes an edited plugin over in its workers within a second or so, and keeps a broken one", async () => {
    const cwd = temporaryProject({
      "plugins/my.ts": plugin("my", "1"),
      "flows/a.yaml": "name: a\nsteps: [{ id: a, uses: my.one }]\noutputs: { one: '${{ steps.a.output }}' }\n",
    });
    const served = await startServe({ cwd });
    const result = async () => {
      const { run } = (await (await post(`${served.url}/api/v1/flows/a/runs`, {})).json()) as { run: { id: string } };
      return until("the run has ended", async () => {
        const shown = await (await fetch(`${served.url}/api/v1/runs/${run.id}`)).json();
        return (shown as { run: { endedAt: unknown; outputs: unknown } }).run.endedAt
          ? (shown as { run: { outputs: unknown } }).run.outputs
          : undefined;
      });
    };
    expect(await result()).toEqual({ one: 1 });
    write(cwd, { "plugins/my.ts": plugin("my", "2") });
    await until("it is taken over", () => served.output().includes("plugins/my.ts was taken over"));
    expect(await result()).toEqual({ one: 2 });
    write(cwd, { "plugins/my.ts": "export default {;\n" });
    await until("it is told", () => served.output().includes("it goes on as it was before"));
    expect(await result()).toEqual({ one: 2 });
    expect((await pawl(["status"], { cwd })).stdout).toContain("plugins/my.ts is broken: pawl serve goes on with it");
    write(cwd, { "plugins/other.ts": plugin("other") });
    await until("new workers begin", () => served.output().includes("plugins/other.ts was taken over"));
    expect(await result()).toEqual({ one: 2 });
    const ended = await served.kill("SIGTERM");
    expect(ended.code).toBe(0);
    expect((await pawl(["status"], { cwd })).stdout).not.toContain("goes on with it");
  });
});
