import { existsSync } from "node:fs";
import type { Project } from "@pawl/flows";
import type { HistoryQuery, Line, MessageHistory } from "@pawl/networks";
import type { Call } from "../command.ts";
import { openNats, sayingWhy, shownTransport, transportUrl } from "../commands/network/transport.ts";
import { networksFile } from "../stored-networks.ts";

/** What is remembered of messages, wherever the networks of the project run. */
export type Recall = (query: HistoryQuery) => Promise<readonly MessageHistory[]>;

const patienceMs = 3_000;

/** What a server that cannot be asked remembers is missing, and a note says so. */
export async function withRecall<T>(call: Call, project: Project, use: (recall: Recall) => Promise<T>): Promise<T> {
  const url = transportUrl(call);
  if (url === undefined) return use((query) => recallHere(project, query));
  const late = AbortSignal.timeout(patienceMs);
  const opened = await openLines(call, project, { url, signal: AbortSignal.any([call.signal, late]) });
  try {
    return await use(async (query) => {
      const elsewhere = await Promise.all(opened.lines.map((line) => line.recall(query)));
      return [...(await recallHere(project, query)), ...elsewhere.flat()];
    });
  } finally {
    await opened.close();
  }
}

async function recallHere(project: Project, query: HistoryQuery): Promise<MessageHistory[]> {
  const file = networksFile(project);
  if (!existsSync(file)) return [];
  const { readHistory } = await import("@pawl/networks");
  return readHistory(file, query);
}

interface Opened {
  readonly lines: readonly Line[];
  close(): Promise<unknown>;
}

/** Of the networks that have run there. */
async function openLines(
  call: Call,
  project: Project,
  { url, signal }: { readonly url: string; readonly signal: AbortSignal },
): Promise<Opened> {
  const { findNetworkFiles, loadNetwork } = await import("@pawl/networks");
  const networks = findNetworkFiles(project.dir).flatMap((file) => loadNetwork(file).network ?? []);
  const [network] = networks;
  if (network === undefined) return { lines: [], close: async () => {} };
  const transport = await openNats(call, url, { network, setUp: "look", signal });
  const lines: Line[] = [];
  for (const each of networks) {
    try {
      lines.push(await sayingWhy(() => transport.open(each)));
    } catch (error) {
      const why = signal.aborted ? `${await shownTransport(url)} could not be reached.` : (error as Error).message;
      call.terminal.note(`${each.name}: what is remembered elsewhere is not shown. ${why}`);
      if (signal.aborted) break;
    }
  }
  return { lines, close: () => transport.close() };
}
