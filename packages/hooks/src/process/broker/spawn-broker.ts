import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { dirname, join, resolve } from "node:path";
import { type ChildOptions, type ChildResult, neverStarted } from "../child.ts";
import { endGroup } from "../end-group.ts";
import { ProcessError } from "../errors.ts";
import { LineReader } from "../persistent/line-reader.ts";
import { BrokeredRun } from "./brokered-run.ts";
import type { Reply, Request } from "./messages.ts";

/** Starts programs through a small helper process, so that a large one does not stop for it. */
export interface SpawnBroker {
  readonly isOpen: boolean;
  readonly pid: number | undefined;
  /** Whether the helper came up. */
  readonly ready: Promise<boolean>;
  run(options: ChildOptions): Promise<ChildResult>;
  /** Ends the helper and every program that it runs. */
  close(): Promise<void>;
}

/**
 * Starts the helper. It does not keep this process alive, and it ends, with all its programs, when this process does,
 * even by `kill -9`.
 * @param script the helper's file. Default: the one that was built with this package
 * @returns nothing where there is no such file, and on Windows, which has no process groups
 */
export function createSpawnBroker(script: string | undefined = builtScript()): SpawnBroker | undefined {
  if (script === undefined || !existsSync(script) || process.platform === "win32") return undefined;
  const helper = spawn(process.execPath, [script], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
    detached: true, // Ctrl+C is for us to hear, not for it
    env: { ...process.env, NODE_OPTIONS: undefined }, // an inspector or a hook of ours is not for it either
    windowsHide: true,
  });
  return helper.pid === undefined ? undefined : new Broker(helper);
}

/** Milliseconds after its exit in which the helper's socket has to close by itself. */
const lastWordsMs = 1_000;

class Broker implements SpawnBroker {
  readonly #helper: ChildProcess;
  readonly #socket: Socket;
  readonly #runs = new Map<number, BrokeredRun>();
  readonly #gone: Promise<void>;
  readonly ready: Promise<boolean>;
  #becomeReady: (isReady: boolean) => void = () => {};
  #lastId = 0;
  #isOpen = true;

  constructor(helper: ChildProcess) {
    this.#helper = helper;
    this.#socket = helper.stdio[3] as Socket;
    const reader = new LineReader(
      Number.POSITIVE_INFINITY,
      (line) => this.#take(JSON.parse(line)),
      () => {},
    );
    this.#socket.on("data", (chunk: Buffer) => reader.feed(chunk));
    this.#socket.on("error", () => {}); // `close` follows
    this.ready = new Promise((settle) => {
      this.#becomeReady = (isReady) => {
        if (this.#runs.size === 0) this.#hold(false);
        settle(isReady);
      };
    });
    this.#gone = new Promise((settle) => {
      helper.once("error", () => settle());
      helper.once("exit", () => settle());
    });
    // Its last words, read to their end, say which programs it had started.
    this.#socket.once("close", () => this.#lose());
    void this.#gone.then(() => setTimeout(() => this.#lose(), lastWordsMs).unref());
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get pid(): number | undefined {
    return this.#helper.pid;
  }

  run(options: ChildOptions): Promise<ChildResult> {
    if (!this.#isOpen) return Promise.reject(lost(options.argv[0]));
    if (options.signal?.aborted) return Promise.resolve(neverStarted);
    const id = ++this.#lastId;
    const run = new BrokeredRun(id, { ...options, cwd: resolve(options.cwd ?? ".") }, (request) => this.#send(request));
    this.#runs.set(id, run);
    this.#hold(true);
    run.start();
    return run.settled.finally(() => {
      this.#runs.delete(id);
      if (this.#runs.size === 0) this.#hold(false);
    });
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#hold(true);
    this.#socket.end();
    await this.#gone;
  }

  #send(request: Request): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(request)}\n`);
  }

  #take(reply: Reply): void {
    if ("ready" in reply) this.#becomeReady(true);
    else this.#runs.get(reply.id)?.take(reply);
  }

  /** The helper is gone. Killed, it could not end its programs: we do, as far as we know them. */
  #lose(): void {
    this.#isOpen = false;
    this.#becomeReady(false);
    for (const run of this.#runs.values()) {
      if (run.identity) void endGroup(run.identity, 0);
      run.fail(lost(run.program));
    }
    this.#runs.clear();
    this.#socket.destroy();
  }

  #hold(isHeld: boolean): void {
    const change = isHeld ? "ref" : "unref";
    this.#helper[change]();
    this.#socket[change]();
  }
}

function lost(program: string): ProcessError {
  return new ProcessError("spawn-failed", `${program} was cut off: the helper process that ran it is gone.`);
}

/** The package's own manifest is the one place from which its built files can be found, bundled or not. */
function builtScript(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve("@pawl/hooks/package.json");
    return join(dirname(manifest), "dist", "process", "broker", "main.js");
  } catch {
    return undefined;
  }
}
