import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { FromInside, ToInside } from "./protocol.ts";

/** Where the program is that calls `serveIsolate`. */
export interface IsolateProgram {
  /** `import.meta.url` of a file of its package, built or not. */
  readonly from: string;
  /** Without extension, relative to `src`. */
  readonly name: string;
}

export interface StartOptions {
  readonly in: "worker" | "process";
  readonly program: IsolateProgram | string;
  readonly data: unknown;
  readonly memoryMb: number | undefined;
}

export interface PeerEvents {
  message(message: FromInside): void;
  /** It is gone; the sentence says how, to be read after "it ended:". */
  gone(how: string, isOutOfMemory: boolean): void;
}

/** A thread or process that was started. It does not keep this process alive unless it is held. */
export interface Peer {
  post(message: ToInside): void;
  hold(isHeld: boolean): void;
  end(): Promise<void>;
}

interface Found {
  readonly file: string;
  readonly isSource: boolean;
}

export function startPeer(options: StartOptions, on: PeerEvents): Peer {
  return options.in === "worker" ? startThread(options, on) : startProcess(options, on);
}

function find(program: IsolateProgram | string): Found {
  if (typeof program === "string") return { file: program, isSource: false };
  const { from, name } = program;
  const built = [`./${name}.js`, `../${name}.js`]
    .map((path) => fileURLToPath(new URL(path, from)))
    .find((file) => existsSync(file));
  if (built !== undefined) return { file: built, isSource: false };
  return { file: fileURLToPath(new URL(`../${name}.ts`, from)), isSource: true };
}

/** Reads TypeScript where the program is TypeScript (in the workspace), and is not needed where it was built. */
function bootstrap(file: string): string {
  const jiti = createRequire(file).resolve("jiti");
  return `require(${JSON.stringify(jiti)}).createJiti(${JSON.stringify(file)}).import(${JSON.stringify(file)});`;
}

/** What Node is started with to run such a program. */
export function programArguments(program: IsolateProgram | string): readonly string[] {
  const { file, isSource } = find(program);
  return isSource ? ["--conditions=source", "-e", bootstrap(file)] : [file];
}

function startThread({ program, data, memoryMb }: StartOptions, on: PeerEvents): Peer {
  const { file, isSource } = find(program);
  const worker = new Worker(isSource ? bootstrap(file) : file, {
    eval: isSource,
    execArgv: isSource ? ["--conditions=source"] : [],
    workerData: { data },
    ...(memoryMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: memoryMb } }),
  });
  let how: string | undefined;
  let isOutOfMemory = false;
  worker.on("message", on.message);
  worker.on("error", (error: NodeJS.ErrnoException) => {
    isOutOfMemory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
    how ??= isOutOfMemory ? outOfMemory(memoryMb) : error.message;
  });
  worker.on("exit", (code) => on.gone(how ?? `exit code ${code}`, isOutOfMemory));
  return {
    post: (message) => worker.postMessage(message),
    hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
    end: async () => void (await worker.terminate()),
  };
}

const lastWordsLength = 4_096;

function startProcess({ program, data, memoryMb }: StartOptions, on: PeerEvents): Peer {
  const limit = memoryMb === undefined ? [] : [`--max-old-space-size=${memoryMb}`];
  const child = spawn(process.execPath, [...limit, ...programArguments(program)], {
    // The fourth is the string that it hangs by: see watch-parent.ts.
    stdio: ["ignore", "inherit", "pipe", "ipc", "pipe"],
    serialization: "advanced",
    detached: true,
    env: { ...process.env, PAWL_ISOLATE: JSON.stringify(data) },
    windowsHide: true,
  });
  let lastWords = "";
  child.stderr?.on("data", (text: Buffer) => {
    process.stderr.write(text);
    lastWords = (lastWords + text.toString("utf8")).slice(-lastWordsLength);
  });
  child.stdio[4]?.on("error", () => {});
  child.on("message", (message) => on.message(message as FromInside));
  const gone = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      on.gone(error.message, false);
      resolve();
    });
    child.once("close", (code, signal) => {
      const isOutOfMemory = /heap out of memory/.test(lastWords);
      const ended = signal === null ? `exit code ${code}` : `killed by ${signal}`;
      on.gone(isOutOfMemory ? outOfMemory(memoryMb) : ended, isOutOfMemory);
      resolve();
    });
  });
  const parts = [child, child.channel, child.stderr, child.stdio[4]] as { ref?(): void; unref?(): void }[];
  return {
    post: (message) => void (child.connected && child.send(message)),
    hold(isHeld) {
      for (const part of parts) isHeld ? part?.ref?.() : part?.unref?.();
    },
    async end() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

function outOfMemory(memoryMb: number | undefined): string {
  return `out of memory${memoryMb === undefined ? "" : ` (it has ${memoryMb} MB)`}`;
}
