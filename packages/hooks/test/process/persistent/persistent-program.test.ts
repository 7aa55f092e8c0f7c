import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { PersistentProgram, type PersistentProgramOptions, type ProgramReport } from "../../../src/process/index.ts";
import { runningInGroup, temporaryFolder, until } from "../processes.ts";

const fixture = join(import.meta.dirname, "..", "..", "fixtures", "commands", "persistent.py");

interface Echo {
  readonly echo: unknown;
  readonly pid: number;
}

function start(options: Partial<PersistentProgramOptions> = {}) {
  const reports: ProgramReport[] = [];
  const program = new PersistentProgram({
    argv: ["python3", fixture],
    onReport: (report) => reports.push(report),
    ...options,
  });
  onTestFinished(() => program.close());
  const call = (input: object, limits = {}): Promise<Echo> => program.call(input, limits) as Promise<Echo>;
  const codeOf = (run: Promise<unknown>): Promise<unknown> =>
    run.then(
      (value) => `answered ${JSON.stringify(value)}`,
      (error: { code?: string }) => error.code ?? error,
    );
  return { program, call, codeOf, reports };
}

describe("a persistent program", () => {
  test("answers many calls in one life", async () => {
    const { call, program } = start();
    expect(program.isRunning).toBe(false);
    const first = await call({ value: "ä€" });
    const second = await call({ value: [1, { a: null }] });
    expect(first.echo).toBe("ä€");
    expect(second).toEqual({ echo: [1, { a: null }], pid: first.pid });
  });

  test("keeps several open calls apart, whatever the order of the answers", async () => {
    const { call } = start();
    const answers = await Promise.all(Array.from({ length: 200 }, (_, value) => call({ value })));
    expect(answers.map((answer) => answer.echo)).toEqual(Array.from({ length: 200 }, (_, value) => value));
    expect(new Set(answers.map((answer) => answer.pid)).size).toBe(1);
  });

  test("may answer with an error of its own", async () => {
    const { call, codeOf } = start();
    expect(await codeOf(call({ do: "refuse" }))).toBe("program-refused");
  });

  test("may print what is no answer: it is reported, and the answer still comes", async () => {
    const { call, reports } = start();
    expect((await call({ do: "garbage", value: 1 })).echo).toBe(1);
    expect(reports.map((report) => report.code)).toEqual(["garbage-line", "garbage-line"]);
    await call({ do: "stderr" });
    await until(() => reports.some((report) => report.code === "stderr" && report.message === "careful"));
  });

  test("that cannot be started says why to every call, and is tried again at the next", async () => {
    const { call, codeOf } = start({ argv: ["no-such-program"] });
    expect(await Promise.all([codeOf(call({})), codeOf(call({}))])).toEqual(["program-not-found", "program-not-found"]);
    expect(await codeOf(call({}))).toBe("program-not-found");
  });

  test("refuses more open calls than it allows", async () => {
    const { call, codeOf } = start({ maxOpenCalls: 2 });
    const open = [call({ value: 1 }), call({ value: 2 })];
    expect(await codeOf(call({}))).toBe("too-many-calls");
    expect((await Promise.all(open)).map((answer) => answer.echo)).toEqual([1, 2]);
  });
});

describe("a persistent program that dies", () => {
  test("is started again, and what was open is sent once more", async () => {
    const { call, reports } = start();
    const file = join(temporaryFolder(), "died");
    const before = await call({});
    const slow = call({ value: "slow", sleep: 0.3 });
    const died = await call({ do: "die-once", file, value: "again" });
    expect(died.echo).toBe("again");
    expect(died.pid).not.toBe(before.pid);
    expect(await slow).toEqual({ echo: "slow", pid: died.pid });
    expect(reports.filter((report) => report.code === "restarted")).toHaveLength(1);
  });

  test("twice under a call fails that call only", async () => {
    const { call, codeOf } = start();
    await call({});
    expect(await codeOf(call({ do: "die" }))).toBe("program-ended");
    expect((await call({ value: 1 })).echo).toBe(1);
  });

  test("at every start is started less and less often", async () => {
    const { call, codeOf } = start({ argv: ["sh", "-c", "exit 7"], restartMs: 60 });
    const begin = performance.now();
    expect(await codeOf(call({}))).toBe("program-ended");
    expect(await codeOf(call({}))).toBe("program-ended");
    // Four lives: at once, after 60, after 120, after 240 ms.
    expect(performance.now() - begin).toBeGreaterThan(400);
  });

  test("says why, with its last line on standard error", async () => {
    const { call } = start({ argv: ["python3", "missing.py"], restartMs: 1 });
    await expect(call({})).rejects.toThrow(/exit code 2 .*missing\.py/);
  });

  test("while nobody called is started at the next call", async () => {
    const { call, program } = start();
    const { pid } = await call({});
    process.kill(pid, "SIGKILL");
    await until(() => !program.isRunning);
    expect((await call({})).pid).not.toBe(pid);
  });

  test("takes what it left behind with it", async () => {
    const file = join(temporaryFolder(), "once");
    const script = `if [ -e ${file} ]; then exec python3 ${fixture}; fi; : > ${file}; sleep 600 & read -r line; echo $$ >&2; exit 1`;
    const { call, reports } = start({ argv: ["sh", "-c", script], restartMs: 1 });
    await call({});
    const group = Number(reports.find((report) => report.code === "stderr")?.message);
    expect(group).toBeGreaterThan(1);
    expect(runningInGroup(group)).toEqual([]);
  });

  test("by a line without an end is restarted; the call that does it twice fails", async () => {
    const { call, codeOf, reports } = start({ maxLineBytes: 100_000 });
    await call({});
    expect(await codeOf(call({ do: "flood" }))).toBe("program-ended");
    expect(reports.filter((report) => report.code === "line-too-long")).toHaveLength(2);
    expect((await call({ value: 1 })).echo).toBe(1);
  });
});

describe("a call that is given up", () => {
  test("by its time restarts the program, and the other open calls are sent once more", async () => {
    const { call, codeOf } = start();
    const before = await call({});
    const other = call({ value: "other", sleep: 0.4 });
    expect(await codeOf(call({ do: "hang" }, { timeoutMs: 100 }))).toBe("program-timeout");
    const after = await other;
    expect(after.echo).toBe("other");
    expect(after.pid).not.toBe(before.pid);
    expect(runningInGroup(before.pid)).toEqual([]);
  });

  test("by a guard's time-out does the same, even to a program that ignores TERM", async () => {
    const { call } = start({ argv: ["python3", fixture, "--stubborn"], graceMs: 50 });
    const before = await call({});
    const abort = new AbortController();
    const hung = call({ do: "hang" }, { signal: abort.signal });
    const late = new DOMException("late", "TimeoutError");
    abort.abort(late);
    await expect(hung).rejects.toBe(late);
    expect((await call({})).pid).not.toBe(before.pid);
    expect(runningInGroup(before.pid)).toEqual([]);
  });

  test("by its caller leaves the program alone, and its late answer goes to nobody", async () => {
    const { call, reports } = start();
    const { pid } = await call({});
    const abort = new AbortController();
    const given = call({ value: "late", sleep: 0.05 }, { signal: abort.signal });
    abort.abort("changed my mind");
    await expect(given).rejects.toBe("changed my mind");
    expect(await call({ value: "next", sleep: 0.1 })).toEqual({ echo: "next", pid });
    expect(reports).toEqual([]);
  });

  test("before it was made is never sent", async () => {
    const { program, codeOf } = start();
    expect(await codeOf(program.call({}, { signal: AbortSignal.abort("no") }))).toBe("no");
    expect(program.isRunning).toBe(false);
  });
});

describe("the end of a persistent program", () => {
  test("comes when it is idle, and the next call starts it again", async () => {
    const { call, program } = start({ idleMs: 30 });
    const { pid } = await call({});
    await until(() => !program.isRunning && runningInGroup(pid).length === 0);
    expect((await call({})).pid).not.toBe(pid);
  });

  test("comes with close, which rejects what is open and leaves no process", async () => {
    const { call, codeOf, program } = start({ argv: ["python3", fixture, "--stubborn"], graceMs: 50 });
    const { pid } = await call({});
    const open = codeOf(call({ do: "hang" }));
    await program.close();
    expect(await open).toBe("program-closed");
    expect(runningInGroup(pid)).toEqual([]);
    expect(await codeOf(call({}))).toBe("program-closed");
  });

  test("while it is starting leaves nothing behind", async () => {
    for (let turns = 0; turns < 5; turns++) {
      const file = join(temporaryFolder(), "pid");
      const { call, codeOf, program } = start({ argv: ["sh", "-c", `echo $$ > ${file}; exec python3 ${fixture}`] });
      const open = codeOf(call({}));
      for (let turn = 0; turn < turns; turn++) await undefined;
      await program.close();
      expect(await open).toBe("program-closed");
      expect(program.isRunning).toBe(false);
      const said = existsSync(file) ? readFileSync(file, "utf8") : "";
      if (said.endsWith("\n")) expect(runningInGroup(Number(said))).toEqual([]);
    }
  });

  test("does not wait for the next start of a program that keeps dying", async () => {
    const { call, codeOf, program, reports } = start({ argv: ["sh", "-c", "exit 7"], restartMs: 600_000 });
    const open = codeOf(call({}));
    await until(() => reports.some((report) => report.code === "restarted"));
    await program.close();
    expect(await open).toBe("program-closed");
  });
});
