import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startNats } from "../../harness/servers.js";
import { subject } from "../../harness/subject.js";

const file = join(import.meta.dirname, "..", "..", "nats", "line-pod.js");

// Words: pawl, loop (by hand) or inbox (by hand, one inbox for all answers). Messages per second through the line
// g → r → s with each pod in a process of its own.
subject(async ({ words: [kind], isQuick }) => {
  const { url } = await startNats();
  const gateway = await start(kind, "g", url);
  await start(kind, "r", url);
  const end = await start(kind, "s", url);
  const all = async (count) => {
    const at = end.next((told) => told.at);
    end.tell({ expect: count });
    const begin = performance.timeOrigin + performance.now();
    gateway.tell({ send: count });
    return (count / ((await at) - begin)) * 1_000;
  };
  await all(6_000);
  return all(isQuick ? 7_500 : 30_000);
});

/** A pod that is ready. */
async function start(kind, pod, url) {
  const child = spawn(process.execPath, [file, kind, pod, url], { stdio: ["pipe", "pipe", "inherit"] });
  process.on("exit", () => child.kill("SIGKILL"));
  child.on("exit", (code) => fail(new Error(`The pod ${pod} ended with ${code}.`)));
  const listeners = new Set();
  createInterface({ input: child.stdout }).on("line", (line) => {
    for (const listener of listeners) listener(JSON.parse(line));
  });
  const next = (wanted) => {
    return new Promise((resolve) => {
      const listener = (told) => {
        if (wanted(told) === undefined) return;
        listeners.delete(listener);
        resolve(wanted(told));
      };
      listeners.add(listener);
    });
  };
  const tell = (what) => child.stdin.write(`${JSON.stringify(what)}\n`);
  await next((told) => told.isReady);
  return { next, tell };
}

function fail(error) {
  process.stderr.write(`${error.stack}\n`, () => process.exit(1));
}
