import type { HttpMount } from "@pawl/flows";
import { json, Refusal, retryLater } from "../gateway/answer.ts";
import type { Network } from "../topology/network.ts";

/** While networks start, their gateways say so: a client that comes early shall come again, not give up. @returns the undo */
export function mountStarting(mount: HttpMount, networks: readonly Network[], atRoot: boolean): () => void {
  const gateways = networks.flatMap((network) => {
    return network.pods
      .filter((pod) => pod.type === "gateway")
      .map((pod) => `/networks/${network.name}/${pod.id}/trigger`);
  });
  const alive = atRoot ? [mount.route("GET", "/livez", () => json(200, { status: "alive" }))] : [];
  const short = atRoot ? ["/readyz", ...(gateways.length === 1 ? ["/trigger"] : [])] : [];
  const answer = () => new Refusal(503, "unavailable", "The network is starting.", retryLater).toResponse();
  const undo = [...alive, ...[...gateways, ...short].map((path) => mount.route("*", path, answer))];
  return () => {
    for (const remove of undo) remove();
  };
}
