import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atMost, row } from "../cases.js";
import { runToEnd } from "../harness/fresh-process.js";
import { measureRounds, roundsOf } from "../harness/rounds.js";
import { servePawl } from "../harness/serve.js";
import { sizeOfHooks, sizeOfProduct } from "../harness/sizes.js";

const root = join(import.meta.dirname, "..", "..");
const pawl = join(root, "node_modules", ".bin", "pawl");

const hello = `name: hello
steps:
  - id: greet
    uses: shell.run
    with: { command: echo Hello }
`;

/** Processes, from their start to their end or to their first ready answer. */
export async function startup({ isQuick, log }) {
  const project = mkdtempSync(join(tmpdir(), "pawl-bench-"));
  mkdirSync(join(project, "flows"));
  mkdirSync(join(project, ".pawl"));
  writeFileSync(join(project, "flows", "hello.yaml"), hello);
  try {
    // The first run makes the database; what is measured is the second and those that follow.
    await timeProcess(pawl, ["run", "hello"], project);
    const measured = await measureRounds(
      {
        node: () => timeProcess(process.execPath, ["-e", "0"], project),
        version: () => timeProcess(pawl, ["--version"], project),
        run: () => timeProcess(pawl, ["run", "hello"], project),
        serve: () => timeUntilReady(project),
      },
      { rounds: roundsOf(isQuick ? 5 : 25), log },
    );
    return [...startRows(measured), ...sizeRows()];
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

function startRows(measured) {
  const ms = (name) => measured[name]?.median;
  const floor = { "node -e 0": ms("node") };
  const target = "--version <= 1.5 x node -e 0; serve <= 600 ms";
  return [
    row("run", {
      pawl: ms("run"),
      others: floor,
      target: "<= 3 x node -e 0",
      checks: [atMost(ms("run"), 3, ms("node"))],
    }),
    row("start", {
      figure: "pawl --version",
      pawl: ms("version"),
      others: floor,
      target,
      checks: [atMost(ms("version"), 1.5, ms("node"))],
    }),
    row("start", {
      figure: "pawl serve until ready",
      pawl: ms("serve"),
      others: floor,
      target,
      checks: [ms("serve") <= 600],
    }),
  ];
}

function sizeRows() {
  const target = "@pawl/hooks <= 5 transitive dependencies; core + CLI + server <= 90 packages and <= 25 MB";
  const [hooks, product] = [sizeOfHooks(), sizeOfProduct()];
  const { packages, megabytes } = product;
  return [
    row("size", {
      figure: "@pawl/hooks, dependencies",
      pawl: hooks.packages - 1,
      target,
      checks: [hooks.packages <= 6],
    }),
    row("size", { figure: "core + CLI + server, packages", pawl: packages, target, checks: [packages <= 90] }),
    row("size", {
      figure: "core + CLI + server, installed",
      unit: "MB",
      pawl: megabytes,
      target,
      checks: [megabytes <= 25],
    }),
  ];
}

async function timeProcess(program, args, cwd) {
  const begin = performance.now();
  const { code, stderr } = await runToEnd(program, args, { cwd, env: { NO_COLOR: "1" } });
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}: ${stderr.slice(-300)}`);
  return performance.now() - begin;
}

/** From the start of `pawl serve` to the line that says where it listens, and the first answer of `/readyz`. */
async function timeUntilReady(cwd) {
  const begin = performance.now();
  const { child } = await servePawl(cwd);
  const duration = performance.now() - begin;
  const ended = once(child, "close");
  child.kill("SIGKILL");
  await ended;
  return duration;
}
