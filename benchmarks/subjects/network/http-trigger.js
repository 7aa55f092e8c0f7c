import { spawn } from "node:child_process";
import { join } from "node:path";
import { httpLoad } from "../../harness/http-load.js";
import { projectOf, servePawl } from "../../harness/serve.js";
import { subject } from "../../harness/subject.js";

const network = `name: line
pods:
  - { id: intake, type: gateway }
  - { id: end, type: sink }
connections:
  - { from: intake, to: end }
`;

const servers = {
  async pawl() {
    const { url } = await servePawl(projectOf({ "networks/line.yaml": network }));
    return { url, path: "/networks/line/intake/trigger" };
  },
  bare: () => serverOf("bare-http-server.js"),
  rows: () => serverOf("rows-http-server.js"),
};

function serverOf(file) {
  const child = spawn(process.execPath, [join(import.meta.dirname, file)], { stdio: ["ignore", "pipe", "inherit"] });
  process.on("exit", () => child.kill("SIGKILL"));
  return new Promise((resolve) => {
    child.stdout.once("data", (port) => resolve({ url: `http://127.0.0.1:${Number(port)}`, path: "/" }));
  });
}

// Words: pawl, bare or rows. Requests per second over 32 connections.
subject(async ({ words: [who], isQuick }) => {
  const body = JSON.stringify({ order: 1, note: "x".repeat(220) });
  const request = { ...(await servers[who]()), body, connections: 32 };
  await httpLoad({ ...request, count: isQuick ? 500 : 5_000 });
  return httpLoad({ ...request, count: isQuick ? 3_000 : 40_000 });
});
