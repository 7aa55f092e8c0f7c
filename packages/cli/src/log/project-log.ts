import type { EventLog, LoggedEvent } from "@pawl/flows";
import type { NetworkEvent, NetworkEventPage, NetworkEvents } from "@pawl/networks";
import { beginning, type Cursor, writeCursor } from "./cursor.ts";
import { ofFlows, ofNetworks, type ProjectEvent } from "./project-event.ts";

/** What is told of one run, one network, or one pod. Default: of everything. */
export interface LogFilter {
  readonly runId?: string | undefined;
  readonly network?: string | undefined;
  readonly pod?: string | undefined;
}

export interface LogPage {
  readonly events: readonly ProjectEvent[];
  /** Where to go on. */
  readonly cursor: Cursor;
  /** More can be read at once. */
  readonly hasMore: boolean;
}

const pageSize = 500;

/**
 * The one log of a project: what flows tell and what networks tell, by time. The order of each is exact, and a cursor
 * stands in both, so that nothing is missed and nothing comes twice; between them, what became durable late comes late.
 */
export class ProjectLog {
  readonly #flows: EventLog;
  readonly #networks: NetworkEvents;

  constructor(flows: EventLog, networks: NetworkEvents) {
    this.#flows = flows;
    this.#networks = networks;
  }

  async read(filter: LogFilter, after: Cursor = beginning, limit: number = pageSize): Promise<LogPage> {
    const [flows, networks] = await Promise.all([
      tellsOfFlows(filter) ? this.#flows.read({ ...ofRun(filter), after: after.flows, limit }) : [],
      tellsOfNetworks(filter)
        ? this.#networks.read({ ...ofPod(filter), after: after.networks, limit })
        : nothingAfter(after.networks),
    ]);
    const { events, cursor, isWhole } = merge(flows, networks, { after, limit });
    return { events, cursor, hasMore: !isWhole || flows.length === limit || networks.hasMore };
  }

  /** The newest, oldest of them first. */
  async latest(filter: LogFilter, limit: number): Promise<LogPage> {
    const [flows, networks] = await Promise.all([
      this.#flows.read({ ...ofRun(filter), isLatest: true, limit: tellsOfFlows(filter) ? Math.max(1, limit) : 1 }),
      this.#networks.read({ ...ofPod(filter), isLatest: true, limit: tellsOfNetworks(filter) ? limit : 1 }),
    ]);
    const end = { flows: flows.at(-1)?.seq ?? 0, networks: networks.place };
    const toldByFlows = tellsOfFlows(filter) ? flows : [];
    const toldByNetworks = tellsOfNetworks(filter) ? networks : nothingAfter(end.networks);
    const after = { flows: (toldByFlows[0]?.seq ?? end.flows + 1) - 1, networks: toldByNetworks.from };
    const { events } = merge(toldByFlows, toldByNetworks, { after, limit: 2 * limit + 1 });
    return { events: limit === 0 ? [] : events.slice(-limit), cursor: end, hasMore: false };
  }

  /** Calls back when flows of this process tell something; what others tell is found by looking. */
  subscribe(listener: () => void): () => void {
    return this.#flows.subscribe(listener);
  }

  close(): Promise<void> {
    return this.#networks.close();
  }
}

function tellsOfFlows({ network, pod }: LogFilter): boolean {
  return network === undefined && pod === undefined;
}

function tellsOfNetworks({ runId }: LogFilter): boolean {
  return runId === undefined;
}

function ofRun({ runId }: LogFilter): { runId?: string } {
  return runId === undefined ? {} : { runId };
}

function ofPod({ network, pod }: LogFilter): { network?: string; pod?: string } {
  return { ...(network === undefined ? {} : { network }), ...(pod === undefined ? {} : { pod }) };
}

function nothingAfter(place: string): NetworkEventPage {
  return { events: [], from: place, place, hasMore: false };
}

/** By time, without changing the order of either. */
function merge(
  flows: readonly LoggedEvent[],
  networks: NetworkEventPage,
  { after, limit }: { readonly after: Cursor; readonly limit: number },
): { events: ProjectEvent[]; cursor: Cursor; isWhole: boolean } {
  const events: ProjectEvent[] = [];
  let cursor = after;
  let [ofFlow, ofNetwork] = [0, 0];
  while (events.length < limit) {
    const flow: LoggedEvent | undefined = flows[ofFlow];
    const network: NetworkEvent | undefined = networks.events[ofNetwork];
    if (flow !== undefined && (network === undefined || flow.time <= network.time)) {
      ofFlow++;
      cursor = { ...cursor, flows: flow.seq };
      events.push(ofFlows(flow, writeCursor(cursor)));
    } else if (network !== undefined) {
      ofNetwork++;
      cursor = { ...cursor, networks: network.place };
      events.push(ofNetworks(network, writeCursor(cursor)));
    } else break;
  }
  const isRead = ofNetwork === networks.events.length;
  if (isRead) cursor = { ...cursor, networks: networks.place };
  return { events, cursor, isWhole: isRead && ofFlow === flows.length };
}
