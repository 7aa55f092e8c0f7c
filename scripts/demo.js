// `npm run demo`: a source of prices, a trigger, a flow, an audit and a cache hook, all of them real. Ends by itself.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const bin = join(root, "packages", "cli", "bin", "pawl.js");
const patienceMs = 40_000;
const prices = [100, 104.5];
const asked = { price: 0, rate: 0 };

function startSource() {
  const server = createServer((request, response) => {
    const isRate = request.url === "/rate";
    asked[isRate ? "rate" : "price"] += 1;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(isRate ? { eur: 0.92 } : { usd: prices[0] }));
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve({ server, url: `http://127.0.0.1:${server.address().port}` }));
  });
}

function makeProject() {
  const folder = mkdtempSync(join(tmpdir(), "pawl-demo-"));
  cpSync(join(root, "examples", "demo"), folder, { recursive: true, filter: (path) => !path.endsWith(".pawl") });
  for (const hook of ["audit", "cache"]) {
    cpSync(join(root, "examples", "step-hooks", "plugins", `${hook}.ts`), join(folder, "plugins", `${hook}.ts`));
  }
  return folder;
}

/** Starts `pawl serve`, prints what it says, and calls `onLine` with each line. */
function serve(cwd, env, onLine) {
  const child = spawn(process.execPath, [bin, "serve", "--port", "0"], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let rest = "";
  child.stdout.on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      console.log(`  ${line}`);
      onLine(line);
    }
  });
  return child;
}

/** Two prices, two runs; resolves with the id of the second. */
function watchTwoPrices(cwd, env) {
  return new Promise((resolve, reject) => {
    const runs = [];
    const child = serve(cwd, env, (line) => {
      const run = /fired → run (\w+) (\w+)/.exec(line);
      if (!run) return;
      if (run[2] !== "completed") {
        reject(new Error(`run ${run[1]} ${run[2]}`));
        child.kill("SIGTERM");
      }
      if (runs.push(run[1]) === 1) {
        prices.shift();
        console.log(`  (the source now says ${prices[0]} USD)`);
      } else child.kill("SIGTERM");
    });
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the trigger did not fire twice within ${patienceMs / 1_000} s`));
    }, patienceMs);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (runs.length >= 2) resolve(runs[1]);
      else reject(new Error(`pawl serve ended (${signal ?? code}) before the trigger had fired twice`));
    });
  });
}

function pawl(cwd, env, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`pawl ${args.join(" ")}: ${stderr}`);
  return stdout.trimEnd();
}

function indent(text) {
  return text.replaceAll(/^/gm, "  ");
}

async function demo() {
  if (!existsSync(join(root, "packages", "cli", "dist", "main.js")))
    throw new Error("nothing is built yet: npm run build");
  const { server, url } = await startSource();
  const cwd = makeProject();
  const env = { ...process.env, SOURCE_URL: url };
  try {
    console.log(`A source at ${url}/price says ${prices[0]} USD. A flow watches it:\n\n  $ pawl serve`);
    const run = await watchTwoPrices(cwd, env);
    console.log(
      `\nThe second run, step by step. The exchange rate came from the cache hook (the source was asked ${asked.rate}×):\n`,
    );
    console.log(`  $ pawl show ${run}\n${indent(pawl(cwd, env, "show", run))}`);
    const audit = pawl(cwd, env, "logs", run)
      .split("\n")
      .filter((line) => /AUDIT\] end|Cache hit/.test(line));
    console.log(`\nWhat the audit hook wrote beside it:\n\n${indent(audit.join("\n"))}`);
    if (asked.rate !== 1 || audit.length < 4) throw new Error("the hooks did not meet every step");
    console.log(`\nIt is all still there in ${cwd}. Next:\n`);
    console.log(`  npx pawl logs ${run} --project ${cwd}`);
    console.log("  npx pawl init my-automations");
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

demo().catch((error) => {
  console.error(`\nThe demo did not work: ${error.message}`);
  process.exitCode = 1;
});
