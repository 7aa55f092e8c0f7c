import { join } from "node:path";
import { type JsonObject, type NodeContext, type NodeDefinition, NodeError, node, TransientError } from "@pawl/flows";
import { didYouMean } from "@pawl/hooks/diagnostics";
import { parseDuration } from "@pawl/hooks/guard";
import { z } from "zod";
import { findNetworkFiles, loadNetwork } from "../project/load-network.ts";
import type { Network } from "../topology/network.ts";
import { findOwner } from "../transport/sqlite/find-owner.ts";
import { runningHere } from "./running-here.ts";
import { checkedPod, sendHere } from "./send-here.ts";
import { sendThere } from "./send-there.ts";
import { SendError, type Sending, type Sent } from "./sending.ts";

const defaultWaitMs = 30_000;
/** For a server that is starting: its runs may go on before its networks do. */
const patienceMs = 10_000;
const pollMs = 100;

const wait = z
  .union([z.boolean(), z.number().nonnegative(), z.string()])
  .default(false)
  .transform((given, context) => {
    if (typeof given === "boolean") return given ? defaultWaitMs : undefined;
    const ms = typeof given === "number" ? given * 1_000 : parseDuration(given);
    if (ms !== undefined) return ms;
    context.addIssue({ code: "custom", message: "expected true, or a duration such as 10s" });
    return z.NEVER;
  });

const input = z.strictObject({
  network: z.string().min(1).describe("The name of a network of this project."),
  pod: z.string().min(1).describe("A gateway or initiator of it."),
  data: z.record(z.string(), z.json()).default({}).describe("The payload."),
  wait: wait.describe("Until every sink was reached: `true` is 30 s. Default: go on once the message is durable."),
});

type SendInput = z.infer<typeof input>;

/** One message for each record of a step, however often it is tried: its id comes from the step's idempotency key. */
export const networkSend: NodeDefinition<SendInput> = node({
  name: "network.send",
  description: "Sends data into a network, once whatever happens; `wait` gives what comes out of it.",
  input,
  async run({ network, pod, data, wait: waitMs }, context) {
    const { idempotencyKey: key, traceparent } = context;
    const sending = { network, pod, data: data as JsonObject, key, traceparent, waitMs };
    const sent = await send(sending, context);
    if (sent.status !== "refused") return outputOf(sending, sent);
    const Kind = sent.isRetryable ? TransientError : NodeError;
    throw new Kind(`"${pod}" of "${network}" refused the message: ${sent.message}`, { code: "message-refused" });
  },
});

function outputOf({ network, pod }: Sending, sent: Exclude<Sent, { status: "refused" }>): JsonObject {
  const { status, correlationId, ends } = sent;
  const own = { network, pod, status, correlation_id: correlationId };
  return ends === undefined ? own : { ...own, ...ends };
}

/** Where the network runs is found anew until somebody runs it, because that process may just be starting. */
async function send(sending: Sending, context: NodeContext): Promise<Sent> {
  const until = context.clock.now() + patienceMs;
  let isToldOf = false;
  for (;;) {
    try {
      return await sendNow(sending, context);
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      if (error.code.startsWith("unknown")) throw new NodeError(error.message, { code: error.code, cause: error });
      if (context.clock.now() >= until) {
        throw new TransientError(error.message, { code: error.code, cause: error });
      }
      if (!isToldOf) context.log.info(`${error.message} It is waited for.`);
      isToldOf = true;
      await context.clock.sleep(pollMs, context.signal);
    }
  }
}

async function sendNow(sending: Sending, { projectDir, signal, env }: NodeContext): Promise<Sent> {
  const run = runningHere(projectDir, sending.network);
  if (run !== undefined) return sendHere(run, sending, signal);
  const owner = findOwner(join(projectDir, ".pawl", "networks.db"), sending.network);
  if (owner !== undefined && owner.pid !== process.pid) return sendThere(owner, sending, signal);
  if (env.PAWL_TRANSPORT) return sendElsewhere(env.PAWL_TRANSPORT, sending, { signal, env, projectDir });
  checkFile(sending.network, projectDir);
  throw new SendError("network-not-running", `Nobody runs the network "${sending.network}" now: pawl serve does.`);
}

/** The network may be known there only. What is wrong with how one connects, trying again does not mend. */
async function sendElsewhere(
  url: string,
  sending: Sending,
  { signal, env, projectDir }: Pick<NodeContext, "signal" | "env" | "projectDir">,
): Promise<Sent> {
  const own = networksOf(projectDir).find(({ name }) => name === sending.network);
  if (own !== undefined) checkedPod(own, sending.pod);
  const { orderFrom } = await import("../nats/order-from.ts");
  try {
    return await orderFrom({ url, env }, sending, signal);
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (error instanceof SendError || typeof code !== "string" || !connecting.has(code)) throw error;
    throw new NodeError(message, { code, cause: error });
  }
}

const connecting: ReadonlySet<string> = new Set(["client-missing", "transport-invalid", "wrong-credentials"]);

/** A network that no file describes will not run later either. */
function checkFile(name: string, projectDir: string): void {
  const names = networksOf(projectDir).map((network) => network.name);
  if (names.includes(name)) return;
  const which = didYouMean(name, names) || (names.length === 0 ? " The project has none." : "");
  throw new SendError("unknown-network", `There is no network "${name}".${which}`);
}

function networksOf(projectDir: string): Network[] {
  return findNetworkFiles(projectDir).flatMap((file) => loadNetwork(file).network ?? []);
}
