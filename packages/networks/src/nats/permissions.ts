import type { Network, Pod } from "../topology/network.ts";
import { isEnd, isOrigin } from "../topology/pod-type.ts";
import { Names } from "./names.ts";

/** What one user of the server may publish and subscribe to. */
export interface Permissions {
  /** `<network>.<pod>`, or `<network>` for the one that sets up streams and looks after the network. */
  readonly user: string;
  /** Nothing for the latter. */
  readonly pod: string | undefined;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** Where the inboxes of a pod's process are, so that no other can read what is answered to it. */
export function inboxPrefixOf(tenant: string, network: string, pod: string): string {
  return `_INBOX.${tenant}.${network}.${pod}`;
}

/** With these the server itself holds the topology: a pod can send only where its connections lead. */
export function permissionsOf(network: Network, tenant = "default"): Permissions[] {
  const names = new Names(tenant, network.name);
  const keeper = {
    user: network.name,
    pod: undefined,
    publish: [`${names.base}.>`, "$JS.API.>", "$JS.ACK.>", "_INBOX.>"],
    subscribe: ["_INBOX.>", `${names.base}.>`],
  };
  return [keeper, ...network.pods.map((pod) => permissionsOfPod(network, names, pod, tenant))];
}

function permissionsOfPod(network: Network, names: Names, pod: Pod, tenant: string): Permissions {
  const { base } = names;
  const edges = names.edges(network);
  return {
    user: `${network.name}.${pod.id}`,
    pod: pod.id,
    publish: [
      ...pod.egress.map((edge) => edges[edge]!),
      ...network.pods.filter((each) => !isOrigin(each.type)).flatMap(({ id }) => backlogRights(names, id)),
      `$JS.API.STREAM.INFO.${names.dead}`,
      `${base}.note.${pod.id}.*`,
      names.passed(pod.id),
      `$JS.API.DIRECT.GET.${names.notes}.${base}.note.${pod.id}.*`,
      ...(isOrigin(pod.type) ? originRights(names, pod) : receiverRights(names, pod)),
      ...(pod.type === "sink" ? sinkRights(names, pod) : []),
      ...(isEnd(pod.type) ? [`${base}.reply.*`] : []),
      ...(pod.aggregate === undefined ? [] : aggregatorRights(names, pod)),
    ],
    subscribe: [
      `${inboxPrefixOf(tenant, network.name, pod.id)}.>`,
      `${base}.ask`,
      ...(isOrigin(pod.type) ? [`${base}.reply.*`, names.order(pod.id)] : []),
    ],
  };
}

function backlogRights(names: Names, pod: string): string[] {
  const stream = names.waiting(pod);
  return [`$JS.API.STREAM.INFO.${stream}`, `$JS.API.CONSUMER.INFO.${stream}.${pod}`];
}

function originRights(names: Names, pod: Pod): string[] {
  return [
    `${names.base}.key.${pod.id}.*`,
    `$JS.API.STREAM.MSG.GET.${names.keys}`,
    ...leaseRights(names, pod.origin?.trigger === undefined ? `auto-${pod.id}` : "*"),
  ];
}

function receiverRights(names: Names, pod: Pod): string[] {
  const consumer = `${names.waiting(pod.id)}.${pod.id}`;
  return [
    `$JS.API.CONSUMER.MSG.NEXT.${consumer}`,
    `$JS.ACK.${consumer}.>`,
    `${names.base}.dead.${pod.id}`,
    `${names.base}.dead.part.>`,
    `${names.base}.mark.${pod.id}.*`,
    `$JS.API.DIRECT.GET.${names.marks}.${names.base}.mark.${pod.id}.*`,
  ];
}

/** One process at a time has an aggregator, and begins with a new consumer. */
function aggregatorRights(names: Names, pod: Pod): string[] {
  const consumer = `${names.waiting(pod.id)}.${pod.id}`;
  return [
    ...leaseRights(names, `pod-${pod.id}`),
    `$JS.API.CONSUMER.DELETE.${consumer}`,
    `$JS.API.CONSUMER.CREATE.${consumer}`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${consumer}`,
  ];
}

function sinkRights(names: Names, pod: Pod): string[] {
  const stream = names.outputs(pod.id);
  return [
    `${names.base}.out.${pod.id}.*`,
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.DIRECT.GET.${stream}`,
    `$JS.API.DIRECT.GET.${stream}.>`,
  ];
}

function leaseRights(names: Names, lease: string): string[] {
  return [`${names.base}.lease.${lease}`, `$JS.API.STREAM.MSG.GET.${names.notes}`];
}
