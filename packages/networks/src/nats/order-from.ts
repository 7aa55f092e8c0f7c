import { silentLogger } from "@pawl/hooks/guard";
import { SendError, type Sending, type SendingAnswer, type Sent } from "../sending/sending.ts";
import { type Environment, natsOptionsIn, tenantIn } from "./environment.ts";
import { type Link, openLink } from "./link.ts";
import { Names } from "./names.ts";
import { shownUrl } from "./server-options.ts";

const connectMs = 5_000;
/** On top of the wait: for the hook of the origin, and for room. */
const patienceMs = 60_000;

/**
 * Has the sending carried out by a process that runs the pod, wherever it is.
 * @throws SendError, MissingClientError, ServerOptionError, CredentialsError
 */
export async function orderFrom(
  { url, env }: { readonly url: string; readonly env: Environment },
  sending: Sending,
  signal: AbortSignal,
): Promise<Sent> {
  const link = await linkTo(url, env, signal);
  try {
    return await order(link, new Names(tenantIn(env), sending.network), sending);
  } finally {
    await link.close();
  }
}

async function linkTo(url: string, env: Environment, signal: AbortSignal): Promise<Link> {
  const late = AbortSignal.timeout(connectMs);
  const { server } = natsOptionsIn(env, url);
  const how = { server, name: `pawl network.send ${process.pid}`, inboxPrefix: "_INBOX", answerMs: connectMs };
  try {
    return await openLink({ ...how, log: silentLogger, signal: AbortSignal.any([signal, late]) });
  } catch (error) {
    signal.throwIfAborted();
    if (!late.aborted) throw error;
    throw new SendError("network-not-running", `${shownUrl(url)} could not be reached.`);
  }
}

async function order(link: Link, names: Names, sending: Sending): Promise<Sent> {
  const { data, key, traceparent, waitMs, network, pod } = sending;
  const body = JSON.stringify({ data, key, traceparent, waitMs });
  const most = link.connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
  if (Buffer.byteLength(body) > most) {
    return { status: "refused", message: "It is longer than one message may be.", isRetryable: false };
  }
  const timeout = (waitMs ?? 0) + patienceMs;
  const answered = await link.connection.request(names.order(pod), body, { timeout }).catch((error: Error) => {
    const message = `Nobody who runs "${pod}" of "${network}" answers: ${error.message}.`;
    throw Object.assign(new SendError("network-not-running", message), { cause: error });
  });
  const { sent, error } = JSON.parse(answered.string()) as SendingAnswer;
  if (sent !== undefined) return sent;
  throw new SendError(error?.code ?? "network-not-running", error?.message ?? "It was not understood.");
}
