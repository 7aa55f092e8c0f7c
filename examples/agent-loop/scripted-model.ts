import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What the model says in one turn: words, or tools to call. */
export interface ScriptedTurn {
  readonly text?: string;
  readonly calls?: readonly { readonly tool: string; readonly input: object }[];
}

export interface ScriptedModel {
  /** For the provider's `baseURL`. */
  readonly url: string;
  /** What the agent sent, turn by turn. */
  readonly requests: readonly { readonly messages: readonly { readonly role: string; readonly content: unknown }[] }[];
  close(): Promise<void>;
}

/** A server with OpenAI's chat API that answers from a script, one turn per request. */
export async function startScriptedModel(turns: readonly ScriptedTurn[]): Promise<ScriptedModel> {
  const requests: ScriptedModel["requests"][number][] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const turn = turns[requests.length] ?? { text: "I have nothing more to say." };
    requests.push(JSON.parse(body));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(completion(turn, requests.length)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

function completion(turn: ScriptedTurn, number: number): object {
  const calls = (turn.calls ?? []).map(({ tool, input }, index) => ({
    id: `call-${number}-${index + 1}`,
    type: "function",
    function: { name: tool, arguments: JSON.stringify(input) },
  }));
  const message = { role: "assistant", content: turn.text ?? null, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
  return {
    id: `turn-${number}`,
    object: "chat.completion",
    created: 0,
    model: "scripted",
    choices: [{ index: 0, message, finish_reason: calls.length > 0 ? "tool_calls" : "stop" }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
}
