import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectWith, type Served, serve, until, writeInto } from "./serve-kit.ts";

/** A gateway, a relay that says who it is, and a sink. */
const network = (name: string) => `name: ${name}
pods:
  - { id: in, template: http-gateway }
  - { id: mark, template: http-relay }
  - { id: out, template: http-sink }
connections:
  - { from: in, to: mark }
  - { from: mark, to: out }
`;
const relay = (says: string) => `export const onReceiveRelay = (payload) => ({ ...payload, by: "${says}" });\n`;
const files = {
  "networks/line.yaml": network("line"),
  "networks/line/mark.js": relay("first"),
};

const send = async (project: Served, n: number) => (await project.post("/networks/line/in/trigger", { n })).status;

async function outputs(project: Served): Promise<{ n: number; by: string }[]> {
  const answer = await project.request("/networks/line/out/output?limit=1000");
  return ((await answer.json()) as { results: { n: number; by: string }[] }).results;
}

/** A logger that keeps what it was told. */
function notes() {
  const lines: string[] = [];
  const add = (message: string) => void lines.push(message);
  return { lines, log: { debug: add, info: add, warn: add, error: add } };
}

describe("networks, while a server runs", () => {
  test("are drained and started anew when their file or a module changes, and no message is lost", async () => {
    const dir = projectWith(files);
    const project = await serve(dir);
    expect(await send(project, 1)).toBe(202);
    await until(async () => (await outputs(project)).length === 1);
    const accepted: number[] = [];
    let isDone = false;
    const sending = (async () => {
      for (let n = 2; !isDone && n < 900; n++) if ((await send(project, n)) === 202) accepted.push(n);
    })();
    writeInto(dir, "networks/line/mark.js", relay("second"));
    await until(async () => (await outputs(project)).some(({ by }) => by === "second"));
    isDone = true;
    await sending;
    await until(async () => (await outputs(project)).length === accepted.length + 1);
    expect(new Set((await outputs(project)).map(({ n }) => n))).toEqual(new Set([1, ...accepted]));
  });

  test("go on as they were when their file or module becomes broken, which is said once, until it is mended", async () => {
    const dir = projectWith(files);
    const { lines, log } = notes();
    const project = await serve(dir, { log });
    writeInto(dir, "networks/line.yaml", network("line").replace("from: mark", "from: mrak"));
    await until(() => lines.some((line) => line.includes("line.yaml has mistakes")));
    expect(await send(project, 1)).toBe(202);
    writeInto(dir, "networks/line.yaml", network("line"));
    writeInto(dir, "networks/line/mark.js", "export const onReceiveRelay = ;");
    await until(() => lines.filter((line) => line.includes("has mistakes")).length === 2);
    expect(await send(project, 2)).toBe(202);
    await until(async () => (await outputs(project)).length === 2);
    writeInto(dir, "networks/line/mark.js", relay("mended"));
    await until(() => lines.some((line) => line.includes("The network line was started")));
    expect(await send(project, 3)).toBe(202);
    await until(async () => (await outputs(project)).some(({ by }) => by === "mended"));
  });

  test("appear and go with their files, the first one too", async () => {
    const dir = projectWith({});
    const project = await serve(dir);
    expect(await send(project, 1)).toBe(404);
    for (const [path, text] of Object.entries(files)) writeInto(dir, path, text);
    await until(async () => (await send(project, 2)) === 202);
    writeInto(dir, "networks/other.yaml", network("other"));
    await until(async () => (await project.request("/api/v1/networks/other")).status === 200);
    rmSync(join(dir, "networks/line.yaml"));
    await until(async () => (await project.request("/api/v1/networks/line")).status === 404);
    expect((await project.request("/api/v1/networks/other")).status).toBe(200);
  });
});
