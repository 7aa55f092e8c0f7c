import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSpawnBroker, type SpawnBroker } from "../../src/process/broker/spawn-broker.ts";
import { type ChildOptions, type ChildResult, ProcessError, runChild } from "../../src/process/index.ts";
import { numberIn, runningInGroup, temporaryFolder, until } from "./processes.ts";
import { transpileSources } from "./transpiled.ts";

const folder = mkdtempSync(join(tmpdir(), "pawl-broker-"));
let broker: SpawnBroker | undefined;

beforeAll(() => {
  broker = createSpawnBroker(join(transpileSources(folder), "process", "broker", "main.js"));
});

afterAll(async () => {
  await broker?.close();
  rmSync(folder, { recursive: true });
});

async function codeOf(run: Promise<unknown>): Promise<string> {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProcessError);
  return (error as ProcessError).code;
}

const ways: { way: string; runProgram: (options: ChildOptions) => Promise<ChildResult> }[] = [
  { way: "as a child of this process", runProgram: (options) => runChild({ ...options, via: "direct" }) },
  { way: "through the broker", runProgram: (options) => broker!.run(options) },
];

describe.each(ways)("$way", ({ runProgram }) => {
  const sh = (script: string, options: Partial<ChildOptions> = {}): Promise<ChildResult> =>
    runProgram({ argv: ["sh", "-c", script], ...options });

  describe("a program that runs to its end", () => {
    test("gives its exit code and both outputs", async () => {
      expect(await sh("echo out; echo err >&2; exit 3")).toMatchObject({
        exitCode: 3,
        signal: undefined,
        stdout: "out\n",
        stderr: "err\n",
        ended: undefined,
      });
    });

    test("gives the signal that ended it instead of an exit code", async () => {
      expect(await sh("kill -9 $$")).toMatchObject({ exitCode: undefined, signal: "SIGKILL", ended: undefined });
    });

    test("gets arguments as they are, without a shell", async () => {
      const argument = "$(touch x); \"; touch y; '";
      expect((await runProgram({ argv: ["printf", "%s", argument] })).stdout).toBe(argument);
    });

    test("gets exactly the environment and directory it was given", async () => {
      const cwd = temporaryFolder();
      const run = await runProgram({
        argv: ["/bin/sh", "-c", 'pwd -P; echo "$A-$HOME"'],
        cwd,
        env: { A: "1", HOME: undefined },
      });
      expect(run.stdout).toBe(`${cwd}\n1-\n`);
    });

    test("reads an empty standard input when none was given", async () => {
      expect((await runProgram({ argv: ["cat"] })).stdout).toBe("");
    });

    test("is fed and read at the same time, so that megabytes pass through both ways", async () => {
      const stdin = "äöü€".repeat(700_000);
      const run = await runProgram({ argv: ["cat"], stdin, maxOutputBytes: 20_000_000 });
      expect(run.stdout === stdin).toBe(true);
    });

    test.each(["true", "exec <&-; echo {}; true"])("may leave its standard input unread: %s", async (script) => {
      expect(await sh(script, { stdin: "x".repeat(2_000_000) })).toMatchObject({ exitCode: 0, ended: undefined });
    });

    test("is heard while it runs, and no character is torn apart", async () => {
      const heard: string[] = [];
      const run = await sh("printf '\\342\\202'; sleep 0.05; printf '\\254'; echo no >&2", {
        onStdout: (text) => heard.push(text),
        onStderr: (text) => heard.push(text),
      });
      expect(heard.join("")).toContain("€");
      expect(heard.join("")).toContain("no\n");
      expect(run.stdout).toBe("€");
    });

    test("is ended when a listener throws, and the run rejects with that error", async () => {
      const wrong = new Error("listener");
      const run = sh("echo hello; sleep 600", {
        onStdout: () => {
          throw wrong;
        },
      });
      await expect(run).rejects.toBe(wrong);
    });
  });

  describe("output beyond the limit", () => {
    test("is dropped and said so, and the program goes on", async () => {
      const run = await sh("head -c 3000000 /dev/zero | tr '\\0' x; echo end >&2", { maxOutputBytes: 1000 });
      expect(run).toMatchObject({ exitCode: 0, stdoutTruncated: true, stderrTruncated: false, stderr: "end\n" });
      expect(run.stdout).toBe("x".repeat(1000));
    });

    test("is counted in bytes and never cuts a character in two", async () => {
      const run = await sh("printf '€€€'", { maxOutputBytes: 7 });
      expect(run).toMatchObject({ stdout: "€€", stdoutTruncated: true });
    });

    test("of exactly the limit is not beyond it", async () => {
      expect(await sh("printf '€€€'", { maxOutputBytes: 9 })).toMatchObject({ stdout: "€€€", stdoutTruncated: false });
    });

    test("ends the program under `fail`, even one that never stops", async () => {
      const run = await sh("echo $$ >&2; exec yes", { maxOutputBytes: 10_000, overflow: "fail" });
      expect(run).toMatchObject({ ended: "overflow", stdoutTruncated: true, signal: "SIGTERM" });
      expect(runningInGroup(Number(run.stderr))).toEqual([]);
    });
  });

  describe("an abort", () => {
    test("before the start starts nothing", async () => {
      const file = join(temporaryFolder(), "started");
      const run = await sh(`touch ${file}`, { signal: AbortSignal.abort() });
      expect(run).toMatchObject({ ended: "aborted", exitCode: undefined });
      expect(existsSync(file)).toBe(false);
    });

    test("ends the whole group politely first", async () => {
      const abort = new AbortController();
      const run = await sh("trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.01; done", {
        signal: abort.signal,
        onStdout: (text) => text.includes("ready") && abort.abort(),
      });
      expect(run).toMatchObject({ ended: "aborted", exitCode: 7, stdout: "ready\nbye\n" });
    });

    test("kills a group that ignores TERM after its grace", async () => {
      const abort = new AbortController();
      const run = await sh("trap '' TERM; (trap '' TERM; sleep 600) & echo $$; sleep 600; sleep 600", {
        graceMs: 100,
        signal: abort.signal,
        onStdout: () => abort.abort(),
      });
      expect(run).toMatchObject({ ended: "aborted", signal: "SIGKILL" });
      expect(run.durationMs).toBeLessThan(5_000);
      expect(runningInGroup(Number(run.stdout))).toEqual([]);
    });

    test("reaches a group whose processes are stopped", async () => {
      const abort = new AbortController();
      const run = await sh("echo $$; kill -STOP $$", { signal: abort.signal, onStdout: () => abort.abort() });
      expect(run).toMatchObject({ ended: "aborted", signal: "SIGTERM" });
    });

    test("leaves no listener on the signal", async () => {
      const { signal } = new AbortController();
      let listeners = 0;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = (...args: Parameters<typeof add>) => {
        listeners++;
        add(...args);
      };
      signal.removeEventListener = (...args: Parameters<typeof remove>) => {
        listeners--;
        remove(...args);
      };
      await sh("true", { signal });
      expect(listeners).toBe(0);
    });
  });

  describe("what a program leaves behind", () => {
    test("in the background is ended when it exits, even while it holds the pipes", async () => {
      const run = await sh("sleep 600 & sleep 600 & echo $$; exit 0");
      expect(run).toMatchObject({ exitCode: 0, ended: undefined });
      expect(run.durationMs).toBeLessThan(5_000);
      expect(runningInGroup(Number(run.stdout))).toEqual([]);
    });

    test("and ignores TERM is killed after the grace", async () => {
      const run = await sh(
        "(trap '' TERM; echo up; sleep 600; sleep 600) & read -r _ < /dev/null; sleep 0.2; echo $$",
        {
          graceMs: 100,
        },
      );
      expect(run.exitCode).toBe(0);
      expect(runningInGroup(Number(run.stdout.split("\n")[1]))).toEqual([]);
    });

    test("outside its group cannot hang us by holding the pipes", async () => {
      const folder = temporaryFolder();
      const run = await sh(`setsid sh -c 'echo $$ > ${folder}/pid; exec sleep 600' & sleep 0.1; echo done`);
      const escaped = await numberIn(join(folder, "pid"));
      process.kill(escaped, "SIGKILL");
      expect(run).toMatchObject({ exitCode: 0, stdout: "done\n" });
      expect(run.durationMs).toBeLessThan(5_000);
    });
  });

  describe("a program that cannot start", () => {
    const gate = { beforeStart: async () => {} };

    test.each([{}, gate])("because it is nowhere on PATH is named (%o)", async (options) => {
      expect(await codeOf(runProgram({ argv: ["no-such-program"], ...options }))).toBe("program-not-found");
      expect(await codeOf(runProgram({ argv: ["./no-such-program"], ...options }))).toBe("program-not-found");
      expect(await codeOf(runProgram({ argv: [""], ...options }))).toBe("program-not-found");
    });

    test.each([{}, gate])(
      "because its directory is missing is told apart from a missing program (%o)",
      async (options) => {
        const cwd = join(temporaryFolder(), "nowhere");
        expect(await codeOf(runProgram({ argv: ["true"], cwd, ...options }))).toBe("working-directory-not-found");
      },
    );

    test.each([{}, gate])("because it is no executable file (%o)", async (options) => {
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, "script"), "echo hi\n", { mode: 0o644 });
      expect(await codeOf(runProgram({ argv: ["./script"], cwd, ...options }))).toBe("program-not-executable");
    });

    test("because the interpreter of its first line is missing", async () => {
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, "script"), "#!/no/such/interpreter\n", { mode: 0o755 });
      expect(await codeOf(runProgram({ argv: ["./script"], cwd }))).toBe("interpreter-not-found");
    });

    test("because of a NUL in an argument, a variable or the directory", async () => {
      expect(await codeOf(runProgram({ argv: ["true", "a\0b"] }))).toBe("nul-in-arguments");
      expect(await codeOf(runProgram({ argv: ["true"], env: { A: "\0" } }))).toBe("nul-in-arguments");
      expect(await codeOf(runProgram({ argv: ["true"], cwd: "/\0" }))).toBe("nul-in-arguments");
    });

    test.each([{}, gate])("because its arguments are longer than the system takes (%o)", async (options) => {
      const argv: [string, ...string[]] = ["true", "x".repeat(200_000)];
      expect(await codeOf(runProgram({ argv, ...options }))).toBe("arguments-too-long");
    });
  });

  describe("the gate", () => {
    test("lets the program start only after its identity was made durable", async () => {
      const file = join(temporaryFolder(), "started");
      let before: number | undefined;
      const run = await sh(`touch ${file}; echo $$; cat; ls /proc/$$/fd | wc -l`, {
        stdin: "input",
        beforeStart: async ({ pid, startTime }) => {
          await until(() => runningInGroup(pid).length === 1);
          expect(startTime).not.toBe("");
          expect(existsSync(file)).toBe(false);
          before = pid;
        },
      });
      expect(run.stdout.startsWith(`${before}\ninput`)).toBe(true);
      expect(run.exitCode).toBe(0);
    });

    test("hands over arguments, standard input and the exit code unchanged", async () => {
      const argument = "$(touch x); \"; touch y; '";
      const run = await runProgram({
        argv: ["sh", "-c", 'printf %s "$1"; cat >&2; exit 9', "sh", argument],
        stdin: "first\nsecond\n",
        beforeStart: async () => {},
      });
      expect(run).toMatchObject({ exitCode: 9, stdout: argument, stderr: "first\nsecond\n" });
    });

    test("hands over variables, even those that a shell cannot name", async () => {
      const env = { PATH: process.env.PATH, "odd.name": "kept $HOME", none: undefined };
      const run = await runProgram({ argv: ["env"], env, beforeStart: async () => {} });
      expect(run.stdout.split("\n")).toContain("odd.name=kept $HOME");
      expect(run.stdout).not.toMatch(/^(go|none)=/m);
    });

    test("starts nothing when the identity could not be made durable", async () => {
      const file = join(temporaryFolder(), "started");
      const full = new Error("disk full");
      let group = 0;
      const run = sh(`touch ${file}`, {
        beforeStart: async ({ pid }) => {
          group = pid;
          throw full;
        },
      });
      await expect(run).rejects.toBe(full);
      expect(existsSync(file)).toBe(false);
      expect(runningInGroup(group)).toEqual([]);
    });

    test("starts nothing when it is aborted meanwhile, and does not wait for the journal", async () => {
      const file = join(temporaryFolder(), "started");
      const abort = new AbortController();
      const run = await sh(`touch ${file}`, {
        signal: abort.signal,
        beforeStart: () => {
          abort.abort();
          return new Promise(() => {});
        },
      });
      expect(run.ended).toBe("aborted");
      expect(existsSync(file)).toBe(false);
    });
  });
});
