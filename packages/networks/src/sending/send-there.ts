import type { NetworkOwner } from "../transport/sqlite/open-network.ts";
import { SendError, type Sending, type Sent } from "./sending.ts";

/** On top of the wait: for the hook of the origin, and for room. */
const patienceMs = 60_000;

export const stepSendPath = "/api/v1/networks/:network/:pod/messages";
/** By this a process proves that it may read what the owner of the network stores. */
export const keyHeader = "x-pawl-network-key";

/**
 * Has the sending carried out by the process that runs the network.
 * @throws SendError; `network-not-running` when that process cannot be reached: it may have ended this very moment
 */
export async function sendThere(owner: NetworkOwner, sending: Sending, signal: AbortSignal): Promise<Sent> {
  if (owner.url === undefined || owner.key === undefined) {
    const message = `Process ${owner.pid} runs the network "${sending.network}" and does not listen.`;
    throw new SendError("network-not-running", message);
  }
  const path = stepSendPath
    .replace(":network", encodeURIComponent(sending.network))
    .replace(":pod", encodeURIComponent(sending.pod));
  const { data, key, traceparent, waitMs } = sending;
  let response: Response;
  try {
    response = await fetch(`${owner.url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", [keyHeader]: owner.key },
      body: JSON.stringify({ data, key, traceparent, waitMs }),
      signal: AbortSignal.any([signal, AbortSignal.timeout((waitMs ?? 0) + patienceMs)]),
    });
  } catch (error) {
    signal.throwIfAborted();
    const message = `Process ${owner.pid}, which runs the network "${sending.network}", could not be reached.`;
    throw Object.assign(new SendError("network-not-running", message), { cause: error });
  }
  return read(response, sending);
}

async function read(response: Response, { network }: Sending): Promise<Sent> {
  const body = (await response.json().catch(() => ({}))) as { sent?: Sent; error?: { message?: string } };
  if (response.ok && body.sent !== undefined) return body.sent;
  const message = body.error?.message ?? `The process that runs "${network}" answered ${response.status}.`;
  if (response.status === 404) throw new SendError("unknown-pod", message);
  throw new SendError(response.status === 429 ? "network-busy" : "network-not-running", message);
}
