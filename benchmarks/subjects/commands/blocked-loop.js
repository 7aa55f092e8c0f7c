// How long the event loop of a large process stands still for one started program: pawl, or a bare spawn.
import { spawn } from "node:child_process";
import { createCommandHook } from "@pawl/hooks";
import { median } from "../../harness/statistics.js";
import { subject } from "../../harness/subject.js";
import { argv, input, text } from "./input.js";

const size = 500 * 2 ** 20;

const calls = {
  pawl() {
    const hook = createCommandHook({ command: argv });
    const { signal } = new AbortController();
    return () => hook.run(input, "use-1", signal);
  },
  spawn: () => () =>
    new Promise((resolve) => {
      const child = spawn(argv[0], argv.slice(1), { stdio: ["pipe", "ignore", "ignore"] });
      child.on("close", resolve);
      child.stdin.end(text);
    }),
};

subject(async ({ words: [who], isQuick }) => {
  const memory = Buffer.alloc(size, 1);
  const call = calls[who]();
  // The first calls start the helper, and their code is interpreted.
  for (let index = 0; index < 20; index++) await call();
  const blocked = [];
  for (let index = 0; index < (isQuick ? 20 : 60); index++) blocked.push(await longestStop(call));
  return { blockedMs: median(blocked), kept: memory.length };
});

/** The longest time between two turns of the event loop while the call goes on, less than a turn without it takes. */
async function longestStop(call) {
  let isOver = false;
  let longest = 0;
  let last = performance.now();
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await call();
  isOver = true;
  return longest;
}
