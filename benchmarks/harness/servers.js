import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { temporaryFolder } from "./folder.js";

/** A Redis that syncs its log every second, on a free port. */
export async function startRedis() {
  const port = await freePort();
  const args = ["--port", port, "--dir", temporaryFolder(), "--appendonly", "yes", "--save", "", "--daemonize", "no"];
  await started("redis-server", args, port);
  return { port };
}

/** A NATS server with JetStream on disk, on a free port. */
export async function startNats() {
  const port = await freePort();
  await started("nats-server", ["-a", "127.0.0.1", "-p", port, "-js", "-sd", temporaryFolder()], port);
  return { port, url: `nats://127.0.0.1:${port}` };
}

/** A PostgreSQL with synchronous commits, on a free port; started as another user when this one is root. */
export async function startPostgres() {
  const bin = postgresFolder();
  const folder = temporaryFolder("pawl-bench-pg-");
  const data = join(folder, "data");
  const asRoot = process.getuid?.() === 0;
  if (asRoot) {
    chmodSync(folder, 0o755);
    spawnSync("chown", ["nobody", folder]);
  }
  const command = (program, args) => (asRoot ? ["runuser", ["-u", "nobody", "--", program, ...args]] : [program, args]);
  const [init, initArgs] = command(join(bin, "initdb"), ["-D", data, "-U", "bench", "-A", "trust", "--no-sync"]);
  const made = spawnSync(init, initArgs, { stdio: "pipe" });
  if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? made.stderr.toString().slice(-300)}`);
  const port = await freePort();
  const settings = ["-c", "shared_buffers=256MB", "-c", "max_wal_size=4GB", "-c", `unix_socket_directories=${data}`];
  const [run, runArgs] = command(join(bin, "postgres"), [
    "-D",
    data,
    "-p",
    String(port),
    "-h",
    "127.0.0.1",
    ...settings,
  ]);
  await started(run, runArgs, port);
  return { port, url: `postgresql://bench@127.0.0.1:${port}/postgres` };
}

function postgresFolder() {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(debian, version, "bin")), "/usr/local/bin", "/usr/bin"];
  const found = folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
  if (found === undefined) throw new Error("PostgreSQL is not installed");
  return found;
}

async function started(program, args, port) {
  const child = spawn(program, args.map(String), { stdio: ["ignore", "ignore", "pipe"] });
  process.on("exit", () => child.kill("SIGTERM"));
  let trouble = "";
  child.stderr.on("data", (text) => {
    trouble = `${trouble}${text}`.slice(-500);
  });
  let ended;
  child.on("error", (error) => {
    ended = error.message;
  });
  child.on("close", (code) => {
    ended ??= `it ended with ${code}: ${trouble}`;
  });
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    if (ended !== undefined) break;
    if (await answers(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${program} did not start: ${ended ?? "no answer in 20 s"}`);
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
