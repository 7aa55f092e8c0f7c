import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";

export interface RedisServer {
  readonly url: string;
  /** Ends it, and starts it again on the same port without its data. Nothing for one that was running before. */
  readonly restart?: () => Promise<void>;
  close(): Promise<void>;
}

/** Why there is no server to test with; a string only when neither REDIS_URL nor a redis-server is there. */
export const whyNoRedis: string | undefined = process.env.REDIS_URL || hasBinary() ? undefined : missing();

function missing(): string {
  const reason = "no REDIS_URL is set, and there is no redis-server on the path";
  if (process.env.CI) throw new Error(`The tests of Redis cannot be skipped here: ${reason}.`);
  return reason;
}

function hasBinary(): boolean {
  try {
    execFileSync("redis-server", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The one that REDIS_URL names, or one of its own on a free port with a temporary folder. */
export async function startRedis(): Promise<RedisServer> {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, close: async () => {} };
  const folder = mkdtempSync(join(tmpdir(), "pawl-redis-"));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let stop = await launch(port, folder, url);
  return {
    url,
    async restart() {
      await stop();
      stop = await launch(port, folder, url);
    },
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, folder: string, url: string): Promise<() => Promise<void>> {
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder];
  const child = spawn("redis-server", options, { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const client = createClient({ url, socket: { reconnectStrategy: 20 } });
  client.on("error", () => {});
  await client.connect();
  client.destroy();
  return () => {
    child.kill("SIGKILL");
    return ended;
  };
}

/** A client that is connected; for who tests from another package. */
export async function connectTo(url: string): Promise<ReturnType<typeof createClient>> {
  const client: ReturnType<typeof createClient> = createClient({ url });
  client.on("error", () => {});
  await client.connect();
  return client;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
