/** What a pod is in its network. Gateway and initiator, sink and terminator differ only in being reachable from outside. */
export type PodType = "gateway" | "initiator" | "relay" | "distributor" | "aggregator" | "sink" | "terminator";

/** How many connections a type may have on one side. */
export interface Arity {
  readonly min: number;
  readonly max: number;
}

export interface PodTypeRule {
  readonly ingress: Arity;
  readonly egress: Arity;
  /** Reachable from outside the network. */
  readonly boundary: boolean;
  /** The export that is its hook, and the same name in the style of Python. */
  readonly hook: string;
  readonly snakeHook: string;
  /** Arguments its hook is given, the optional context included. */
  readonly parameters: number;
}

const none: Arity = { min: 0, max: 0 };
const one: Arity = { min: 1, max: 1 };
const some: Arity = { min: 1, max: Number.POSITIVE_INFINITY };

const trigger = { hook: "onTrigger", snakeHook: "on_trigger", parameters: 3 };
const relay = { hook: "onReceiveRelay", snakeHook: "on_receive_relay", parameters: 2 };
const fanOut = { hook: "onReceiveFanOut", snakeHook: "on_receive_fan_out", parameters: 2 };
const aggregate = { hook: "onAggregate", snakeHook: "on_aggregate", parameters: 2 };
const terminator = { hook: "onReceiveTerminator", snakeHook: "on_receive_terminator", parameters: 2 };

export const podTypes: Readonly<Record<PodType, PodTypeRule>> = {
  gateway: { ingress: none, egress: one, boundary: true, ...trigger },
  initiator: { ingress: none, egress: one, boundary: false, ...trigger },
  relay: { ingress: one, egress: one, boundary: false, ...relay },
  distributor: { ingress: one, egress: some, boundary: false, ...fanOut },
  aggregator: { ingress: some, egress: one, boundary: false, ...aggregate },
  sink: { ingress: one, egress: none, boundary: true, ...terminator },
  terminator: { ingress: one, egress: none, boundary: false, ...terminator },
};

/** Every name a file may use for a type: the types themselves, their second names, and the templates of the original. */
export const podTypeNames: ReadonlyMap<string, PodType> = new Map([
  ...(Object.keys(podTypes) as PodType[]).map((type) => [type, type] as const),
  ["processor", "relay"],
  ["router", "distributor"],
  ["http-gateway", "gateway"],
  ["http-initiator", "initiator"],
  ["http-relay", "relay"],
  ["http-fan-out", "distributor"],
  ["http-fan-in", "aggregator"],
  ["http-sink", "sink"],
  ["http-terminator", "terminator"],
]);

export function isOrigin(type: PodType): boolean {
  return type === "gateway" || type === "initiator";
}

export function isEnd(type: PodType): boolean {
  return type === "sink" || type === "terminator";
}
