import { serveEverything } from "../../packages/cli/test/server/api-walk.ts";

/** What a server with one of everything answers at a path. */
export async function answerAt(path: string): Promise<string> {
  const project = await serveEverything();
  try {
    await project.post("/webhooks/orders", {});
    await project.post("/networks/line/intake/trigger?wait=5s", {});
    return await (await project.request(path)).text();
  } finally {
    await project.close();
  }
}
