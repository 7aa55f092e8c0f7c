import type { Project } from "@pawl/flows";
import type { NetworkEventPage, NetworkEvents } from "@pawl/networks";
import type { Call } from "../command.ts";
import { openToldOnNats, shownTransport, transportUrl } from "../commands/network/transport.ts";
import { storedNetworkEvents } from "../stored-networks.ts";
import { joinNetworks } from "./joined-networks.ts";

const patienceMs = 3_000;

/** What the networks of a project tell, wherever they run. What a server that cannot be asked has is missing: a note says so. */
export async function toldNetworks(call: Call, project: Project): Promise<NetworkEvents> {
  const here = storedNetworkEvents(project);
  const url = transportUrl(call);
  if (url === undefined) return here;
  const { findNetworkFiles, loadNetwork } = await import("@pawl/networks");
  const networks = findNetworkFiles(project.dir).flatMap((file) => loadNetwork(file).network?.name ?? []);
  if (networks.length === 0) return here;
  const late = AbortSignal.timeout(patienceMs);
  try {
    const opened = await openToldOnNats(call, url, { networks, signal: AbortSignal.any([call.signal, late]) });
    const note = noteOnce(call);
    const readers = [...opened.networks].map(([name, events]) => [name, patient(name, events, note)] as const);
    const joined = joinNetworks(here, new Map(readers));
    const close = async (): Promise<void> => {
      await joined.close();
      await opened.close();
    };
    return { read: (filter) => joined.read(filter), close };
  } catch (error) {
    if (!late.aborted) throw error;
    call.terminal.note(`What happened elsewhere is not shown. ${await shownTransport(url)} could not be reached.`);
    return here;
  }
}

/** A server that is gone for a while is asked again, from where it was. */
function patient(name: string, events: NetworkEvents, note: (sentence: string) => void): NetworkEvents {
  let seen = "0";
  return {
    async read(filter = {}): Promise<NetworkEventPage> {
      const from = filter.isLatest === true ? seen : (filter.after ?? "0");
      try {
        const page = await events.read(filter);
        seen = page.place;
        return page;
      } catch (error) {
        if ((error as { code?: unknown }).code !== "unavailable") throw error;
        note(`${name}: what happens elsewhere is not shown for now. ${(error as Error).message}`);
        return { events: [], from, place: from, hasMore: false };
      }
    },
    close: () => events.close(),
  };
}

function noteOnce({ terminal }: Call): (sentence: string) => void {
  const told = new Set<string>();
  return (sentence) => {
    if (told.has(sentence)) return;
    told.add(sentence);
    terminal.note(sentence);
  };
}
