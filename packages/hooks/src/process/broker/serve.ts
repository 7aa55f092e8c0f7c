import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import type { ChildOptions } from "../child.ts";
import { ProcessError, ProgramNotFoundError } from "../errors.ts";
import { identify, type ProcessIdentity } from "../identity.ts";
import { LineReader } from "../persistent/line-reader.ts";
import { runHere } from "../run-here.ts";
import type { Reply, Request, WiredError, WiredOptions } from "./messages.ts";

/** A run on behalf of the other side. */
interface Served {
  readonly abort: AbortController;
  answerGate: (mayStart: boolean) => void;
  streams: readonly Readable[];
}

const refusal = new Error("refused");

/**
 * Runs programs for the process at the other end of the socket. When the socket closes, that process is gone or done:
 * `onClose` has to end everything.
 */
export function serveBroker(socket: Socket, onClose: () => void): void {
  const served = new Map<number, Served>();
  const reader = new LineReader(
    Number.POSITIVE_INFINITY,
    (line) => take(JSON.parse(line)),
    () => {},
  );
  socket.on("data", (chunk: Buffer) => reader.feed(chunk));
  socket.on("error", () => {}); // `close` follows
  socket.on("close", onClose);
  socket.on("drain", () => eachStream((stream) => stream.resume()));

  const eachStream = (change: (stream: Readable) => void): void => {
    for (const { streams } of served.values()) streams.forEach(change);
  };
  const send = (reply: Reply): void => {
    // A reader that is behind must not fill our memory: the programs wait for it instead.
    if (!socket.write(`${JSON.stringify(reply)}\n`)) eachStream((stream) => stream.pause());
  };
  send({ id: 0, ready: true });
  const take = (request: Request): void => {
    if ("run" in request) void serve(request.id, request.run);
    else if ("abort" in request) served.get(request.id)?.abort.abort();
    else served.get(request.id)?.answerGate(request.start);
  };
  const serve = async (id: number, wired: WiredOptions): Promise<void> => {
    const run: Served = { abort: new AbortController(), answerGate: () => {}, streams: [] };
    served.set(id, run);
    try {
      const onBirth = (pid: number, streams: readonly Readable[]): void => {
        run.streams = streams;
        const born = identify(pid);
        if (born) send({ id, born });
      };
      send({ id, result: await runHere(unwired(id, wired, run, send), { onBirth }) });
    } catch (error) {
      send({ id, error: wiredError(error) });
    } finally {
      served.delete(id);
    }
  };
}

function unwired(id: number, wired: WiredOptions, run: Served, send: (reply: Reply) => void): ChildOptions {
  const { wants, stdin, stdinBase64, ...options } = wired;
  const input = stdinBase64 === undefined ? stdin : Buffer.from(stdinBase64, "base64");
  const passGate = async (gate: ProcessIdentity): Promise<void> => {
    const answer = new Promise<boolean>((resolve) => {
      run.answerGate = resolve;
    });
    send({ id, gate });
    if (!(await answer)) throw refusal;
  };
  return {
    ...options,
    signal: run.abort.signal,
    ...(input === undefined ? {} : { stdin: input }),
    ...(wants.stdout ? { onStdout: (stdout: string) => send({ id, stdout }) } : {}),
    ...(wants.stderr ? { onStderr: (stderr: string) => send({ id, stderr }) } : {}),
    ...(wants.gate ? { beforeStart: passGate } : {}),
  };
}

function wiredError(error: unknown): WiredError {
  const program = error instanceof ProgramNotFoundError ? { program: error.program } : {};
  if (error instanceof ProcessError) return { code: error.code, message: error.message, ...program };
  return { code: undefined, message: error instanceof Error ? error.message : String(error) };
}
