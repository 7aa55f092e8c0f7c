import { appendFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { diamond } from "../../packages/networks/test/diamond.ts";
import { type NatsServer, type OwnNatsOptions, startOwnNats } from "../../packages/networks/test/nats/nats-server.ts";
import { type Going, linesOf, pawlJson, startPawl, temporaryProject, until } from "../end-to-end/pawl.ts";

const head = `import { appendFileSync } from "node:fs";
import { join } from "node:path";
const note = (pod, { id }) => appendFileSync(join(process.env.LEDGER, pod), id + "\\n");
const pause = (most) => new Promise((resolve) => setTimeout(resolve, Math.random() * most));
`;

/** Each writes down what it was called with. Every third is suppressed by one branch, every seventh is poison for the other, and each hook takes a while. */
const hooks: Readonly<Record<string, string>> = {
  fan: "export function onReceiveFanOut(p, ctx) { note('fan', ctx); return p; }",
  price: `export async function onReceiveRelay(p, ctx) {
  note("price", ctx);
  await pause(8);
  return p.n % 3 === 0 ? undefined : { n: p.n, by: "price" };
}`,
  risk: `export async function onReceiveRelay(p, ctx) {
  note("risk", ctx);
  await pause(8);
  if (p.n % 7 === 0) throw new Error("poison");
  return { n: p.n, by: "risk" };
}`,
  join: `export function onAggregate(partials, ctx) {
  note("join", ctx);
  return { n: partials[0].n, by: partials.map((p) => p.by).sort() };
}`,
  archive: "export function onReceiveTerminator(p, ctx) { note('archive', ctx); }",
};

export interface HerdOptions {
  readonly server?: OwnNatsOptions;
  readonly env?: Readonly<Record<string, string>>;
  /** Modules of pods that stand in for the usual ones. */
  readonly hooks?: Readonly<Record<string, string>>;
  /** More of the project. */
  readonly files?: Readonly<Record<string, string>>;
  /** Without any process yet. */
  readonly isLazy?: boolean;
}

/** One process per pod, started with the command lines that `pawl network processes` prints, and a server. */
export class Herd {
  readonly server: NatsServer;
  readonly cwd: string;
  readonly pods: readonly string[];
  readonly #commands: ReadonlyMap<string, readonly string[]>;
  #ports: ReadonlyMap<string, number>;
  readonly #env: Readonly<Record<string, string>>;
  readonly #going = new Map<string, Going>();

  private constructor(parts: {
    server: NatsServer;
    cwd: string;
    processes: readonly Process[];
    env: HerdOptions["env"];
  }) {
    this.server = parts.server;
    this.cwd = parts.cwd;
    this.pods = parts.processes.map(({ pod }) => pod);
    this.#commands = new Map(parts.processes.map(({ pod, command }) => [pod, command.slice(1)]));
    this.#ports = new Map(parts.processes.map(({ pod, port }) => [pod, port]));
    this.#env = { LEDGER: join(parts.cwd, "ledger"), ...parts.env };
  }

  static async start(options: HerdOptions = {}): Promise<Herd> {
    const port = await portsFor(9);
    const server = await startOwnNats({ port, ...options.server });
    onTestFinished(() => server.close());
    const cwd = temporaryProject({
      "networks/scoring.yaml": diamond,
      "ledger/.keep": "",
      ...options.files,
      ...Object.fromEntries(
        Object.entries({ ...hooks, ...options.hooks }).map(([pod, text]) => [
          `networks/scoring/${pod}.js`,
          head + text,
        ]),
      ),
    });
    const args = ["--transport", server.url, "--port", String(port + 1)];
    const { processes } = (await pawlJson(["network", "processes", "scoring", ...args], { cwd })) as {
      processes: Process[];
    };
    const herd = new Herd({ server, cwd, processes, env: options.env });
    if (options.isLazy !== true) {
      for (const pod of herd.pods) herd.launch(pod);
      await herd.ready();
    }
    return herd;
  }

  /** As a process manager would: `replica` names a second one of the same pod, on another port. */
  launch(pod: string, replica = "", port?: number, how: LaunchOptions = {}): Going {
    const { env, more = [] } = how;
    const args = [...this.#commands.get(pod)!, ...(replica === "" ? [] : ["--port", String(port)]), ...more];
    const going = startPawl(args, { cwd: this.cwd, env: { ...this.#env, ...env } });
    this.#going.set(pod + replica, going);
    return going;
  }

  /** All pods in one process, which stands for each of them from now on. */
  launchAll(): Going {
    const port = this.#ports.get("intake")!;
    this.#ports = new Map(this.pods.map((pod) => [pod, port]));
    const args = ["network", "up", "scoring", "--transport", this.server.url, "--port", String(port)];
    const going = startPawl(args, { cwd: this.cwd, env: this.#env });
    for (const pod of this.pods) this.#going.set(pod, going);
    return going;
  }

  process(pod: string): Going {
    return this.#going.get(pod)!;
  }

  url(pod: string): string {
    return `http://127.0.0.1:${this.#ports.get(pod)}`;
  }

  async ready(pods: readonly string[] = this.pods): Promise<void> {
    for (const pod of pods) {
      await until(`${pod} is ready:\\n${this.process(pod).output()}`, async () => {
        if (this.process(pod).child.exitCode !== null) throw new Error(this.process(pod).output());
        return (await fetch(`${this.url(pod)}/readyz`).catch(() => undefined))?.ok;
      });
    }
  }

  /** Starts it again whenever it ends, as a process manager would, until the test is over. */
  keepAlive(pod: string): void {
    let isOver = false;
    onTestFinished(() => {
      isOver = true;
    });
    const again = (): void => {
      void this.process(pod).ended.then(() => {
        if (isOver) return;
        this.launch(pod);
        again();
      });
    };
    again();
  }

  /** Ends it at once and starts the next. */
  async replace(pod: string): Promise<void> {
    await this.process(pod).kill("SIGKILL");
    this.launch(pod);
  }

  /** Sends one message until it is accepted, as a client that knows its key would. */
  async send(n: number): Promise<void> {
    const body = JSON.stringify({ n });
    const headers = { "content-type": "application/json", "idempotency-key": `key-${n}` };
    await until(
      `message ${n} is accepted`,
      async () => {
        const signal = AbortSignal.timeout(8_000);
        const request = { method: "POST", body, headers, signal };
        const answer = await fetch(`${this.url("intake")}/trigger`, request).catch(() => undefined);
        if (answer === undefined || answer.status === 503 || answer.status === 429) return undefined;
        if (answer.status !== 202) throw new Error(`${answer.status}: ${await answer.text()}`);
        return true;
      },
      60_000,
    );
    appendFileSync(join(this.cwd, "accepted"), `${n}\\n`);
  }

  /** What the sink keeps, in order of `n`. */
  async outputs(): Promise<readonly { readonly n: number; readonly by: readonly string[] }[]> {
    const answer = await fetch(`${this.url("archive")}/output`).catch(() => undefined);
    if (!answer?.ok) return [];
    const { results } = (await answer.json()) as { results: { n: number; by: string[] }[] };
    return results.sort((a, b) => a.n - b.n);
  }

  /** Ids that the hook of a pod was called with, each as often as it was. */
  calls(pod: string): string[] {
    return linesOf(join(this.cwd, "ledger", pod));
  }

  pawl(...args: readonly string[]): ReturnType<typeof pawlJson> {
    const words = args[0] === "trace" || args[0] === "run" ? args : ["network", ...args];
    const env = { PAWL_TRANSPORT: this.server.url };
    return pawlJson(words, { cwd: this.cwd, env });
  }
}

interface LaunchOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly more?: readonly string[];
}

interface Process {
  readonly pod: string;
  readonly port: number;
  readonly command: readonly string[];
}

/**
 * The first of so many ports in a row that nobody listens on. The system gives none of these to those who ask for any,
 * so nobody else gets one while its pod, or the server, is down.
 */
async function portsFor(count: number): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * (10_000 - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if ((await Promise.all(ports.map(canListen))).every(Boolean)) return first;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** What the diamond makes of `n`; nothing when no branch had anything to say. */
export function expectedOf(n: number): { n: number; by: string[] } | undefined {
  const by = [...(n % 3 === 0 ? [] : ["price"]), ...(n % 7 === 0 ? [] : ["risk"])];
  return by.length === 0 ? undefined : { n, by };
}
