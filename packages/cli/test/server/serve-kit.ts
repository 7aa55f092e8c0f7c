import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findProject, loadProject, type RunRecord } from "@pawl/flows";
import { afterEach, expect, vi } from "vitest";
import { type ServedProject, type ServeOptions, serveProject } from "../../src/server/serve-project.ts";

const undo: (() => unknown)[] = [];

/** Undone after the test, last first. */
export function later(action: () => unknown): void {
  undo.push(action);
}

afterEach(async () => {
  for (const action of undo.splice(0).reverse()) await action();
});

/** A project folder with these files, by path. */
export function projectWith(files: Readonly<Record<string, string | object>>): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "pawl-serve-")));
  later(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, ".pawl"));
  for (const [path, content] of Object.entries(files)) writeInto(dir, path, content);
  return dir;
}

export function writeInto(dir: string, path: string, content: string | object): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), typeof content === "string" ? content : JSON.stringify(content));
}

/** A flow whose one step keeps the payload. */
export function keeping(name: string, trigger: object, more: object = {}): object {
  const steps = [{ id: "keep", uses: "data.set", with: { payload: "${{ trigger.payload }}" } }];
  return { name, trigger, steps, ...more };
}

export interface Served extends ServedProject {
  request(path: string, init?: RequestInit): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  runs(): Promise<readonly RunRecord[]>;
}

/** Serves the project on a free port until the test ends. */
export async function serve(dir: string, options: ServeOptions = {}): Promise<Served> {
  const loaded = await loadProject(findProject(dir), { importCode: true });
  const served = await serveProject(loaded, { port: 0, graceMs: 2_000, workers: 0, ...options });
  later(() => served.close());
  const request = (path: string, init?: RequestInit) => fetch(`${served.url}${path}`, init);
  return {
    ...served,
    request,
    post: (path, body, headers = {}) =>
      request(path, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      }),
    runs: () => served.runtime.store.durability.list({ limit: 10_000 }),
  };
}

/** Waits until the condition holds, looking often. */
export async function until(condition: () => unknown, timeout = 15_000): Promise<void> {
  await vi.waitFor(async () => expect(await condition()).toBeTruthy(), { timeout, interval: 10 });
}
