import { spawn } from "node:child_process";

/** Runs a file with Node in a process of its own, and reads the JSON of its last line. */
export async function inFreshProcess(file, args = [], { env = {}, nodeArgs = [], timeoutMs = 120_000 } = {}) {
  const argv = [...nodeArgs, file, ...args.map(String)];
  const { code, stdout, stderr } = await runToEnd(process.execPath, argv, { env, timeoutMs });
  const last = stdout.trim().split("\n").at(-1);
  if (code !== 0 || !last) throw new Error(stderr.trim().split("\n").slice(-3).join(" ") || `it ended with ${code}`);
  return JSON.parse(last);
}

/** Runs a program to its end and collects what it prints. */
export function runToEnd(program, args, { cwd, env = {}, timeoutMs = 120_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? signal, stdout, stderr }));
  });
}
