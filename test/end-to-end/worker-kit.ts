import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Worker processes of a server: its children that run the program of the workers. */
export function workersOf(pid: number): number[] {
  return processes()
    .filter(({ parent, command }) => parent === pid && command.includes("worker-main.js"))
    .map((each) => each.pid);
}

/** Processes that work in this folder, or were told of it. */
export function processesIn(folder: string): string[] {
  return processes()
    .filter(({ cwd, command, pid }) => pid !== process.pid && (cwd.startsWith(folder) || command.includes(folder)))
    .map(({ pid, command }) => `${pid} ${command}`);
}

interface Found {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly cwd: string;
}

function processes(): Found[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => look(Number(name)));
}

function look(pid: number): Found[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z") return [];
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return [{ pid, parent: Number(parent), command, cwd: readlinkSync(`/proc/${pid}/cwd`) }];
  } catch {
    return [];
  }
}

/** A node for each thing that can end or block a process; it does so only for the run that says how. */
export const evilPlugin = `
import { definePlugin, node } from "@pawl/flows";
import { z } from "zod";
const ways = {
  none: () => null,
  exit: () => process.exit(3),
  kill: () => process.kill(process.pid, "SIGKILL"),
  throw: () => new Promise(() => setTimeout(() => { throw new Error("thrown late"); })),
  hang: () => { for (;;); },
  memory: () => { const all = []; for (;;) all.push(new Array(1000).fill(Math.random())); },
};
export default definePlugin({
  name: "evil",
  nodes: [node({ name: "evil.do", input: z.object({ way: z.enum(Object.keys(ways)) }), run: ({ way }) => ways[way]() })],
});
`;
