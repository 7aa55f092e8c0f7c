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

async function author(folder: string): Promise<void> {
  expect(await run("npm", ["test"], folder)).toMatch(/pass 2/);
  const mistake = "// @ts-expect-error: the type of an input is known\ngreet.run({ name: 5 }, null as never);\n";
  appendFileSync(join(folder, "test", "index.test.ts"), mistake);
  // The compiler and the types of Node are those of this repository; everything else is what was installed.
  const types = join(root, "node_modules", "@types");
  await run(join(root, "node_modules", ".bin", "tsc"), ["--noEmit", "--typeRoots", types], folder);
}

describe("what is published, installed into an empty folder", () => {
  test.skipIf(whyNoRedis)(
    "is a project with the Redis plugin whose nodes reach a real server, and a place to write plugins in",
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
      const [again] = await Promise.all([
        pawlJson(["run", "stream"], { cwd }),
        own("plugin", "new", "weather", "--package").then(() => author(join(cwd, "pawl-plugin-weather"))),
      ]);
      expect(again.run.status).toBe("completed");
    },
    limitMs,
  );
});

async function authorInPeace(): Promise<void> {
  const cwd = temporaryFolder();
  await pawl(["plugin", "new", "@ada/pawl-plugin-weather", "--package"], { cwd });
  const folder = join(cwd, "pawl-plugin-weather");
  await run("npm", ["install", ...quiet], folder);
  await author(folder);
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
}

async function addByName(): Promise<void> {
  const cwd = temporaryProject({});
  const options = { cwd, env: registry.env };
  const refused = await pawl(["plugin", "add", "picocolors"], options);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('"pawl-plugin"')]);
  expect(readdirSync(cwd).filter((name) => !name.startsWith("."))).toEqual([]);
  const unknown = await pawl(["plugin", "add", "there-is-no-such-plugin"], options);
  expect([unknown.code, readdirSync(cwd).includes("package.json")]).toEqual([1, false]);
  const added = await pawlJson(["plugin", "add", "@pawl/plugin-redis@^0.1.0"], options);
  expect(added).toMatchObject({ packageManager: "npm", plugin: { source: "@pawl/plugin-redis", problems: [] } });
  const { dependencies } = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"));
  expect(dependencies).toEqual({ "@pawl/plugin-redis": "^0.1.0" });
  expect((await pawl(["plugin", "remove", "@pawl/plugin-redis"], options)).code).toBe(0);
  expect((await pawlJson(["plugin", "list"], options)).plugins).toEqual([]);
}

// Each installs a project of its own, which takes its time.
if (process.env.PAWL_SOAK) {
  describe("with a registry", () => {
    test("a package of its own is tested, type-checked, packed and installed by others", authorInPeace, limitMs);
    test("plugins are added by name and range; what is no plugin is taken out again", addByName, limitMs);
  });
}
