import { createServer } from "node:net";
import type { LoadedProject } from "@pawl/flows";
import { defaultHost, defaultPort } from "../server/address.ts";
import { storedNetworks } from "../stored-networks.ts";
import type { Finding } from "./finding.ts";

/** Whether `pawl serve` could listen where the project says, or does so already. */
export async function lookAtPort({ project, config }: LoadedProject): Promise<Finding[]> {
  if (!project.isProject) return [];
  const { host = defaultHost, port = defaultPort } = config.server ?? {};
  const url = `http://${host}:${port}`;
  const trouble = await troubleAt(host, port);
  if (trouble === undefined) return [{ name: "port", ok: true, detail: `${url} is free for pawl serve` }];
  if (trouble !== "EADDRINUSE") {
    return [
      { name: "port", ok: false, detail: `pawl serve cannot listen at ${url}: ${trouble}`, next: "pawl serve --host" },
    ];
  }
  const own = (await storedNetworks(project).catch(() => [])).some((network) => network.url === url);
  if (own) return [{ name: "port", ok: true, detail: `${url} is this project's pawl serve` }];
  const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
  const who = answer?.ok === true ? "a pawl serve, perhaps this project's" : "another program";
  return [{ name: "port", ok: answer?.ok === true, detail: `${url} is taken by ${who}`, next: "pawl serve --port 0" }];
}

/** The code of the error that listening gives; nothing when it works. */
function troubleAt(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
