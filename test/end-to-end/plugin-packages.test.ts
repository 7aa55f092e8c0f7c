import { execFile } from "node:child_process";
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startRedis, whyNoRedis } from "../../plugins/redis/test/redis-server.ts";
import { type LocalRegistry, startRegistry } from "./npm-registry.ts";
import { pawl, pawlJson, temporaryFolder, temporaryProject } from "./pawl.ts";

const root = join(import.meta.dirname, "..", "..");
const limitMs = 180_000;
const quiet = ["--ignore-scripts", "--no-audit", "--no-fund"];
let registry: LocalRegistry;
beforeAll(async () => {
  registry = await startRegistry();
}, limitMs);
afterAll(() => registry.close());

/** The folder. */
function withoutTypeScript(folder: string): string {
  const file = join(folder, "package.json");
  const { devDependencies, ...manifest } = JSON.parse(readFileSync(file, "utf8"));
  const { typescript: _, ...rest } = devDependencies;
  writeFileSync(file, JSON.stringify({ ...manifest, devDependencies: rest }));
  return folder;
}

async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { NO_COLOR: _, FORCE_COLOR: __, NODE_OPTIONS: ___, ...outer } = process.env;
  const env = { ...outer, ...registry.env, XDG_STATE_HOME: join(cwd, ".state") };
  try {
    return (await promisify(execFile)(program, args, { cwd, env })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(" ")}\n${stdout}\n${stderr}`);
  }
}

const stream = `name: stream
steps:
  - id: add
    uses: redis.xadd
    with: { url: "\${{ env.REDIS_TEST_URL }}", stream: packed, fields: { n: "1" } }
  - id: slugged
    uses: data.set
    with: { id: "\${{ steps.add.output }}" }
`;

describe("what is published, installed into an empty folder", () => {
  test.skipIf(whyNoRedis)(
    "is a project with the Redis plugin, whose nodes reach a real server",
    async () => {
      const redis = await startRedis();
      onTestFinished(() => redis.close());
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, "package.json"), '{ "private": true }');
      const names = ["@pawl/hooks", "@pawl/flows", "@pawl/networks", "pawl", "@pawl/plugin-redis"];
      await run("npm", ["install", ...quiet, ...names.map(registry.tarballOf)], cwd);
      const own = (...args: string[]) => run(join(cwd, "node_modules", ".bin", "pawl"), args, cwd);
      await own("init", ".");
      const { plugins } = JSON.parse(await own("plugin", "list", "--trust-all", "--json"));
      const brings = { triggers: ["redis.pubsub", "redis.stream"], problems: [] };
      expect(plugins).toMatchObject([{ source: "@pawl/plugin-redis", version: "0.1.0", ...brings }]);
      writeFileSync(join(cwd, ".env"), `REDIS_TEST_URL=${redis.url}\n`);
      writeFileSync(join(cwd, "flows", "stream.yaml"), stream);
      const { run: ran, steps } = JSON.parse(await own("run", "stream", "--json"));
      expect(ran.status, JSON.stringify(steps)).toBe("completed");

      // A Pawl from elsewhere finds the plugin with a Pawl of its own beside it: another copy of every class.
      const again = await pawlJson(["run", "stream"], { cwd });
      expect(again.run.status).toBe("completed");
    },
    limitMs,
  );
});

describe("a plugin that somebody writes as a package of its own", () => {
  test(
    "is tested with the harness and type-checked outside of this repository, packed, and installed by name",
    async () => {
      const cwd = temporaryFolder();
      await pawl(["plugin", "new", "@ada/pawl-plugin-weather", "--package"], { cwd });
      const folder = join(cwd, "pawl-plugin-weather");
      // The compiler is the one of this repository, because it is large; what it finds is installed.
      await run("npm", ["install", ...quiet], withoutTypeScript(folder));
      expect(await run("npm", ["test"], folder)).toMatch(/pass 2/);
      const mistake =
        "// @ts-expect-error: the type of an input is known\nexport const wrong = greet.run({ name: 5 }, null as never);\n";
      appendFileSync(join(folder, "test", "index.test.ts"), mistake);
      await run(join(root, "node_modules", ".bin", "tsc"), ["--noEmit"], folder);
      await run("npm", ["pack"], folder);
      const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"))!;

      const flow = "name: hello\nsteps:\n  - { id: hi, uses: weather.greet, with: { name: Ada } }\n";
      const project = temporaryProject({ "flows/hello.yaml": flow });
      const options = { cwd: project, env: registry.env };
      const added = await pawl(["plugin", "add", join(folder, tarball)], options);
      expect(added.code, added.stderr).toBe(0);
      expect(added.stdout).toContain("weather.greet");
      const { run: ran, steps } = await pawlJson(["run", "hello"], options);
      expect([ran.status, steps[0].output]).toEqual(["completed", { text: "Hello, Ada!" }]);
    },
    limitMs,
  );

  test(
    "is added from a registry by name and range; what is no plugin is taken out again",
    async () => {
      const cwd = temporaryProject({});
      const options = { cwd, env: registry.env };
      const refused = await pawl(["plugin", "add", "picocolors"], options);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('"pawl-plugin"');
      expect(readdirSync(cwd).filter((name) => !name.startsWith("."))).toEqual([]);
      const unknown = await pawl(["plugin", "add", "there-is-no-such-plugin"], options);
      expect([unknown.code, readdirSync(cwd).includes("package.json")]).toEqual([1, false]);
      const added = await pawlJson(["plugin", "add", "@pawl/plugin-redis@^0.1.0"], options);
      expect(added).toMatchObject({ packageManager: "npm", plugin: { source: "@pawl/plugin-redis", problems: [] } });
      const { dependencies } = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"));
      expect(dependencies).toEqual({ "@pawl/plugin-redis": "^0.1.0" });
      expect((await pawl(["plugin", "remove", "@pawl/plugin-redis"], options)).code).toBe(0);
      expect((await pawlJson(["plugin", "list"], options)).plugins).toEqual([]);
    },
    limitMs,
  );
});
