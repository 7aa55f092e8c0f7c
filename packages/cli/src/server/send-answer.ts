import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { HttpAnswer, type RouteAnswer } from "@pawl/flows";

/** How long what is still coming of a request that was answered already is read and dropped. */
const lingerMs = 500;
const statusesWithoutBody = new Set([204, 304]);

/** Writes an answer. What it does not wait for ends with the connection. */
export function sendAnswer(answer: RouteAnswer, incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (!incoming.complete) dropRest(incoming);
  if (outgoing.destroyed) {
    if (!(answer instanceof HttpAnswer)) void answer.body?.cancel();
    return;
  }
  if (answer instanceof HttpAnswer) sendWhole(answer, outgoing);
  else void sendStream(answer, incoming, outgoing);
}

function sendWhole({ status, headers, body }: HttpAnswer, outgoing: ServerResponse): void {
  const list: string[] = [];
  for (const name in headers) list.push(name, headers[name]!);
  if (!statusesWithoutBody.has(status)) list.push("content-length", String(Buffer.byteLength(body)));
  outgoing.writeHead(status, list);
  outgoing.end(body);
}

async function sendStream(answer: Response, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
  const reader = answer.body?.getReader();
  if (reader === undefined || incoming.method === "HEAD") {
    await reader?.cancel();
    outgoing.end();
    return;
  }
  outgoing.flushHeaders();
  outgoing.once("close", () => void reader.cancel().catch(() => {}));
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!outgoing.write(value) && !outgoing.destroyed)
        await Promise.race([once(outgoing, "drain"), once(outgoing, "close")]);
    }
    outgoing.end();
  } catch {
    outgoing.destroy();
  }
}

/** A sender that goes on sending would keep its connection busy; a short rest is let through, so that it reads the answer. */
function dropRest(incoming: IncomingMessage): void {
  incoming.resume();
  const timer = setTimeout(() => incoming.socket.destroySoon(), lingerMs);
  incoming.once("end", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
}
