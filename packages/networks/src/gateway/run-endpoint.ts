import type { HttpAnswer } from "@pawl/flows";
import type { RunningNetwork } from "../runtime/running-network.ts";
import { Refusal, text } from "./answer.ts";

/** `GET /runs/<id>`: what has become of one message, as far as the sinks still keep it. */
export async function answerRun(run: RunningNetwork, correlationId: string): Promise<HttpAnswer> {
  const pending = await run.line.pending(correlationId);
  const sinks = run.network.pods.filter((pod) => pod.type === "sink");
  const found: string[] = [];
  for (const sink of sinks) {
    const output = await run.line.outputOf(sink.index, correlationId);
    if (output !== undefined) found.push(`${JSON.stringify(sink.id)}:${output}`);
  }
  if (pending === 0 && found.length === 0) {
    const message = "Nothing is known of this message: it never came, was suppressed, or is no longer kept.";
    return new Refusal(404, "not_found", message).toResponse();
  }
  const status = pending > 0 ? "pending" : "completed";
  const head = JSON.stringify({ id: correlationId, correlationId, status, pending }).slice(0, -1);
  return text(200, `${head},"results":{${found.join(",")}}}`);
}
