import type { Network } from "@pawl/networks";
import { network } from "../networks.ts";

interface End {
  readonly from: string;
  readonly origin: string;
}

/** A small sound network: one or two gateways, and what chance puts behind them. */
export function randomNetwork(random: () => number): Network {
  const pods: string[] = [];
  const edges: string[] = [];
  const extra: Record<string, string> = {};
  const below = (limit: number) => Math.floor(random() * limit);
  const add = (type: string, options?: string) => {
    const id = `${type[0]}${pods.length}`;
    pods.push(`${id}:${type}`);
    if (options) extra[id] = options;
    return id;
  };
  let ends: End[] = [];
  const begin = () => {
    const origin = add("gateway");
    ends.push({ from: origin, origin });
  };
  const link = (end: End, to: string) => edges.push(`${end.from}>${to}`);
  begin();
  if (random() < 0.2) begin();
  for (let step = below(9); step > 0; step--) {
    const pick = ends[below(ends.length)]!;
    const partners = joinable(ends, pick);
    const choice = random();
    if (choice < 0.35 && partners.length > 1) {
      const timeout = random() < 0.25 ? `${1 + below(3)}s` : "10m";
      const onMissing = ["skip", "null", "propagate"][below(3)];
      const onTimeout = ["fail", "partial", "drop"][below(3)];
      const join = add("aggregator", `timeout: ${timeout}, onMissing: ${onMissing}, onTimeout: ${onTimeout}`);
      for (const partner of partners) link(partner, join);
      ends = [...ends.filter((end) => !partners.includes(end)), { from: join, origin: pick.origin }];
    } else if (choice < 0.65) {
      const fan = add("distributor");
      link(pick, fan);
      ends = ends.filter((end) => end !== pick);
      for (let branch = 2 + below(2); branch > 0; branch--) ends.push({ from: fan, origin: pick.origin });
    } else {
      const relay = add("relay", random() < 0.2 ? "concurrency: 1" : undefined);
      link(pick, relay);
      ends = ends.map((end) => (end === pick ? { from: relay, origin: end.origin } : end));
    }
  }
  for (const end of ends) link(end, add(random() < 0.5 ? "sink" : "terminator"));
  return network(pods, edges, extra);
}

/** Two to four ends that share their origin and come from different pods. */
function joinable(ends: readonly End[], pick: End): End[] {
  const seen = new Set<string>();
  const found = [pick, ...ends].filter((end) => {
    if (end.origin !== pick.origin || seen.has(end.from)) return false;
    seen.add(end.from);
    return true;
  });
  return found.slice(0, 4);
}
