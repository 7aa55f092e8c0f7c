import type { ScaffoldFile } from "./files.ts";

function source(namespace: string, exported: string): string {
  return `import { definePlugin, node, trigger } from "@pawl/flows";
import { z } from "zod";

/** What a step can do: \`uses: ${namespace}.greet\`. Its result is \`steps.ID.output\`. */
${exported}const greet = node({
  name: "${namespace}.greet",
  description: "Says hello to somebody.",
  input: z.strictObject({ name: z.string().default("world").describe("Who is greeted.") }),
  run({ name }, { log }) {
    log.info(\`greeting \${name}\`);
    return { text: \`Hello, \${name}!\` };
  },
});

/** What starts runs: \`trigger: { uses: ${namespace}.tick }\`. Each \`yield\` is one run, with its value as \`trigger.payload\`. */
${exported}const tick = trigger({
  name: "${namespace}.tick",
  description: "Fires every so many seconds.",
  input: z.strictObject({ seconds: z.number().positive().default(60).describe("Between two firings.") }),
  async *run({ seconds }, { sleep }) {
    for (let count = 1; ; count += 1) {
      await sleep(seconds * 1_000);
      yield { count };
    }
  },
});

export default definePlugin({ name: "${namespace}", nodes: [greet], triggers: [tick] });
`;
}

/** A plugin that is a file of the project. */
export function localPlugin(name: string): ScaffoldFile {
  return { path: `plugins/${name}.ts`, about: "a node and a trigger", text: source(name, "") };
}

export interface PackageNames {
  /** Of the package: `pawl-plugin-weather`, `@me/pawl-plugin-weather`. */
  readonly packageName: string;
  /** Before the dot in the names of its nodes: `weather`. */
  readonly namespace: string;
  readonly folder: string;
}

/** `weather` → the package `pawl-plugin-weather`; a name that has the words in it, or a scope, stays as it is. */
export function packageNames(name: string): PackageNames {
  const [, scope = "", plain = name] = /^(@[^/]+\/)?(.*)$/.exec(name)!;
  const namespace = plain.replace(/^(?:pawl-)?plugin-/, "");
  const folder = scope === "" && plain === namespace ? `pawl-plugin-${namespace}` : plain;
  return { packageName: `${scope}${folder}`, namespace, folder };
}

/** A plugin that is a package of its own; paths are those within its folder. */
export function packagePluginFiles(names: PackageNames, version: string): readonly ScaffoldFile[] {
  return [
    { path: "package.json", about: "with the keyword pawl-plugin", text: manifest(names, version) },
    { path: "src/index.ts", about: "a node and a trigger", text: source(names.namespace, "export ") },
    { path: "test/index.test.ts", about: "npm test", text: tests },
    { path: "tsconfig.json", about: "npm run check", text: json(typescript) },
    { path: "README.md", about: "how it is used", text: readme(names) },
    { path: ".gitignore", about: "keeps packages out of git", text: "node_modules/\n*.tgz\n" },
  ];
}

function manifest({ packageName, namespace }: PackageNames, version: string): string {
  return json({
    name: packageName,
    version: "0.1.0",
    description: `A Pawl plugin: ${namespace}.`,
    keywords: ["pawl-plugin"],
    type: "module",
    exports: { ".": "./src/index.ts", "./package.json": "./package.json" },
    files: ["src"],
    engines: { node: ">=20.19" },
    scripts: {
      test: "node --import jiti/register --test test/*.test.ts",
      check: "tsc --noEmit",
    },
    peerDependencies: { "@pawl/flows": `^${version}`, zod: "^4.0.0" },
    peerDependenciesMeta: { "@pawl/flows": { optional: true }, zod: { optional: true } },
    devDependencies: {
      "@pawl/flows": `^${version}`,
      "@types/node": "^20.19.0",
      jiti: "^2.7.0",
      typescript: ">=5.8",
      zod: "^4.0.0",
    },
  });
}

const typescript = {
  compilerOptions: {
    target: "es2023",
    module: "nodenext",
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    skipLibCheck: true,
    types: ["node"],
  },
  include: ["src", "test"],
};

const tests = `import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createTestHarness } from "@pawl/flows/testing";
import { greet, tick } from "../src/index.ts";

const harness = createTestHarness();
after(() => harness.close());

test("greets by name", async () => {
  const { status, output } = await harness.runNode(greet, { name: "Ada" });
  assert.equal(status, "success");
  assert.deepEqual(output, { text: "Hello, Ada!" });
});

test("fires again and again; the hours between pass by themselves", async () => {
  const events = await harness.collect(tick, { seconds: 3600 }, 2);
  assert.deepEqual(
    events.map(({ payload }) => payload),
    [{ count: 1 }, { count: 2 }],
  );
});
`;

function readme({ packageName, namespace, folder }: PackageNames): string {
  return `# ${packageName}

A plugin for [Pawl](https://www.npmjs.com/package/pawl).

\`\`\`sh
pawl plugin add ${packageName}      # from the registry; ../${folder} from this folder
\`\`\`

\`\`\`yaml
steps:
  - id: hello
    uses: ${namespace}.greet
    with: { name: Ada }
\`\`\`

| name | kind | inputs |
| --- | --- | --- |
| \`${namespace}.greet\` | node | \`name\`: who is greeted, default "world" |
| \`${namespace}.tick\` | trigger | \`seconds\`: between two firings, default 60 |

## Work on it

\`npm install\`, \`npm test\`, \`npm run check\`. Pawl reads TypeScript itself: there is nothing to build. \`npm publish\` shares it.
`;
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
