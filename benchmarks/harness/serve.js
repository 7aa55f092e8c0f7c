import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "./folder.js";

const root = join(import.meta.dirname, "..", "..");
const pawl = join(root, "packages", "cli", "bin", "pawl.js");

/** A project of these files. */
export function projectOf(files) {
  const project = temporaryFolder();
  mkdirSync(join(project, ".pawl"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  return project;
}

/** `pawl serve` in a process of its own, once it is ready; it ends with this one. */
export async function servePawl(project) {
  const child = spawn(process.execPath, [pawl, "serve", "--port", "0"], {
    cwd: project,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("close", () => process.off("exit", kill));
  const url = await new Promise((resolve, reject) => {
    let text = "";
    const read = (chunk) => {
      text += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text);
      if (found) resolve(found[0]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("close", () => reject(new Error(`pawl serve ended: ${text.slice(-500)}`)));
  });
  // It says where it listens before its first worker is ready.
  const end = performance.now() + 20_000;
  for (;;) {
    const answer = await fetch(`${url}/readyz`);
    if (answer.ok) return { url, child };
    if (performance.now() > end) throw new Error(`/readyz answered ${answer.status} for 20 seconds`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
