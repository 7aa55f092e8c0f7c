import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A NATS server of the tests, with JetStream in a folder of its own. */
export interface NatsServer {
  readonly url: string;
  readonly port: number;
  /** Nothing for one that was running before. */
  readonly process: ChildProcess | undefined;
  /** Ends it without a chance to clean up. */
  kill(): Promise<void>;
  /** Starts it again on its port, with what it had stored. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Why there is no server to test with; a string only when neither PAWL_TEST_NATS_URL nor a nats-server is there. */
export const whyNoNats: string | undefined =
  process.env.PAWL_TEST_NATS_URL || hasBinary()
    ? undefined
    : missing("no PAWL_TEST_NATS_URL is set, and there is no nats-server on the path");

/** Why no server of our own can be killed. */
export const whyNoOwnNats: string | undefined = hasBinary()
  ? undefined
  : missing("there is no nats-server on the path");

function missing(reason: string): string {
  if (process.env.CI) throw new Error(`The tests of NATS cannot be skipped here: ${reason}.`);
  return reason;
}

function hasBinary(): boolean {
  try {
    execFileSync("nats-server", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The one that PAWL_TEST_NATS_URL names, or one of its own. */
export async function startNats(): Promise<NatsServer> {
  const given = process.env.PAWL_TEST_NATS_URL;
  if (!given) return startOwnNats();
  const nothing = async () => {};
  return { url: given, port: 0, process: undefined, kill: nothing, restart: nothing, close: nothing };
}

export interface OwnNatsOptions {
  readonly port?: number;
  readonly host?: string;
  /** Further lines of its configuration. */
  readonly config?: string;
  /** What is put before its command, such as `ip netns exec NAME`. */
  readonly under?: readonly string[];
}

export async function startOwnNats(options: OwnNatsOptions = {}): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), "pawl-nats-"));
  const { host = "127.0.0.1", config = "", under = [] } = options;
  const port = options.port ?? (await freePort());
  const file = join(folder, "server.conf");
  writeFileSync(
    file,
    `host: "${host}"\nport: ${port}\njetstream { store_dir: "${join(folder, "data")}" }\n${config}\n`,
  );
  const [program = "nats-server", ...args] = [...under, "nats-server", "-c", file];
  let child = await launch(program, args, { host, port, isOutside: under.length > 0 });
  const end = (signal: NodeJS.Signals) => {
    const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    child.kill("SIGCONT");
    child.kill(signal);
    return ended;
  };
  return {
    url: `nats://${host}:${port}`,
    port,
    get process() {
      return child;
    },
    kill: () => end("SIGKILL"),
    async restart() {
      child = await launch(program, args, { host, port, isOutside: under.length > 0 });
    },
    async close() {
      await end("SIGKILL");
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    },
  };
}

interface Listening {
  readonly host: string;
  readonly port: number;
  /** It cannot be reached from here, so it is asked what it logs. */
  readonly isOutside: boolean;
}

async function launch(program: string, args: readonly string[], where: Listening): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let output = "";
  child.stderr!.on("data", (text) => {
    output += text;
  });
  const until = Date.now() + 15_000;
  while (where.isOutside ? !output.includes("Server is ready") : !(await accepts(where))) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`nats-server did not start: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return child;
}

function accepts({ host, port }: Listening): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => socket.destroy()).once("error", () => {});
    socket.once("close", (hadError) => resolve(!hadError));
  });
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
