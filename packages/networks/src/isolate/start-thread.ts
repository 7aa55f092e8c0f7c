import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

/** Reads TypeScript where the thread's file is TypeScript (in the workspace), and is not needed where it was built. */
const bootstrap = `
const { workerData } = require("node:worker_threads");
const { createJiti } = require(workerData.bootstrap.jiti);
createJiti(workerData.bootstrap.entry).import(workerData.bootstrap.entry);
`;

/** Starts a thread from a file of this package, built or not. `name`: without extension, relative to `src`. */
export function startThread(name: string, data: object): Worker {
  const built = [`./${name}.js`, `../${name}.js`]
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((file) => existsSync(file));
  const options = { stdout: false, stderr: false, execArgv: [] };
  if (built !== undefined) return new Worker(built, { ...options, workerData: data });
  const entry = fileURLToPath(new URL(`../${name}.ts`, import.meta.url));
  const jiti = createRequire(import.meta.url).resolve("jiti");
  return new Worker(bootstrap, {
    ...options,
    eval: true,
    execArgv: ["--conditions=source"],
    workerData: { ...data, bootstrap: { jiti, entry } },
  });
}
