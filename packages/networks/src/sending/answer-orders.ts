import { messageOf } from "@pawl/hooks/diagnostics";
import type { RunningNetwork } from "../runtime/running-network.ts";
import { sendHere } from "./send-here.ts";
import { SendError, type Sending, type SendingAnswer } from "./sending.ts";

/** Lets processes that do not run the network send into it, where its engine can be asked to. */
export function answerOrders(run: RunningNetwork): void {
  for (const [pod, origin] of run.parts.origins) {
    if (!run.isHere(origin.pod)) continue;
    run.line.orders?.answer(pod, async (order) => {
      const answer = JSON.stringify(await answerOf(run, { ...JSON.parse(order), network: run.network.name, pod }));
      const most = run.line.maxMessageBytes ?? Number.POSITIVE_INFINITY;
      return Buffer.byteLength(answer) <= most ? answer : JSON.stringify(tooLong);
    });
  }
}

const tooLong: SendingAnswer = {
  sent: { status: "refused", message: "What came out of it is longer than one message may be.", isRetryable: false },
};

async function answerOf(run: RunningNetwork, sending: Sending): Promise<SendingAnswer> {
  try {
    return { sent: await sendHere(run, sending, run.signal) };
  } catch (error) {
    const code = error instanceof SendError ? error.code : "network-not-running";
    return { error: { code, message: messageOf(error) } };
  }
}
