import type { HttpAnswer, HttpRequest } from "@pawl/flows";
import type { RunningNetwork } from "../runtime/running-network.ts";
import type { Pod } from "../topology/network.ts";
import { Refusal, text } from "./answer.ts";

/** `GET /output` of one sink: `{"count", "results": […], "next"}`, the newest, or those after a number. */
export async function answerOutput(run: RunningNetwork, pod: Pod, request: HttpRequest): Promise<HttpAnswer> {
  try {
    if (request.method !== "GET" && request.method !== "HEAD") {
      throw new Refusal(405, "method_not_allowed", "The output of a sink is read with GET.", { allow: "GET, HEAD" });
    }
    const query = new URL(request.url).searchParams;
    const limit = wholeNumber(query, "limit", 1);
    const after = wholeNumber(query, "after", 0);
    const { count, results } = await run.line.outputs(pod.index, {
      ...(limit === undefined ? {} : { limit }),
      ...(after === undefined ? {} : { after }),
    });
    // The payloads are JSON text already; reading them to write them again would cost more than all the rest.
    const list = results.map((result) => result.text).join(",");
    const next = results.at(-1)?.number ?? after ?? 0;
    return text(200, `{"count":${count},"results":[${list}],"next":${next}}`);
  } catch (error) {
    if (error instanceof Refusal) return error.toResponse();
    throw error;
  }
}

function wholeNumber(query: URLSearchParams, name: string, min: number): number | undefined {
  const written = query.get(name);
  if (written === null) return undefined;
  const value = /^\d{1,15}$/.test(written) ? Number(written) : -1;
  if (value >= min) return value;
  throw new Refusal(400, "bad_request", `${name} is a whole number of at least ${min}.`);
}
