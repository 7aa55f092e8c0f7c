import { createHash } from "node:crypto";
import { formatDuration } from "@pawl/hooks/guard";
import { z } from "zod";
import { readStream } from "../http/read-body.ts";
import type { Json } from "../json.ts";
import { headers, plainHeaders, url } from "../nodes/http/inputs.ts";
import { duration, maxBytes } from "./inputs.ts";
import { event, type GeneratorTrigger, trigger } from "./trigger.ts";

const input = z
  .strictObject({
    url,
    every: duration.optional().describe("`30s`, `5m`, or seconds. Default: 60s."),
    poll_interval: duration.optional().describe("The same as every."),
    headers,
    timeout: duration.optional().describe("How long one request may take. Default: 30s."),
    max_bytes: maxBytes,
  })
  .refine(({ every, poll_interval }) => every === undefined || poll_interval === undefined, {
    message: "give either every or poll_interval",
  })
  .transform(({ every, poll_interval, timeout, ...rest }) => ({
    ...rest,
    everyMs: every ?? poll_interval ?? 60_000,
    timeoutMs: timeout ?? 30_000,
  }));

type PollInput = z.infer<typeof input>;

/** What is remembered of the last answer. `count` makes a value that comes back after another one a new event. */
interface Seen {
  readonly hash: string;
  readonly count: number;
  readonly etag?: string;
  readonly modified?: string;
}

interface Answer {
  readonly data: Json;
  readonly status: number;
  readonly etag?: string;
  readonly modified?: string;
}

/** The first answer is a change too; what was seen last outlives restarts. */
export const httpPoll: GeneratorTrigger<PollInput> = trigger({
  name: "http.poll",
  description: "When what a URL answers has changed.",
  input,
  async *run(given, { state, sleep, signal, describe, clock }) {
    describe(`${given.url} every ${formatDuration(given.everyMs)}`);
    let seen = ((await state.get("seen")) ?? undefined) as Seen | undefined;
    for (; ; await sleep(given.everyMs)) {
      describe(`${given.url} every ${formatDuration(given.everyMs)}`, { nextAt: clock.now() + given.everyMs });
      const answer = await ask(given, seen, signal);
      if (answer === undefined) continue;
      const { data, status, ...validators } = answer;
      const hash = hashOf(data);
      const isChanged = hash !== seen?.hash;
      const next: Seen = { hash, count: (seen?.count ?? 0) + (isChanged ? 1 : 0), ...validators };
      if (isChanged) {
        yield event({ data, url: given.url }, { id: `${next.count}:${hash}`, attributes: { status, ...validators } });
      }
      if (JSON.stringify(next) !== JSON.stringify(seen)) await state.set("seen", { ...next });
      seen = next;
    }
  },
});

/** Nothing when the server says that nothing has changed. */
async function ask(given: PollInput, seen: Seen | undefined, signal: AbortSignal): Promise<Answer | undefined> {
  const response = await fetch(given.url, {
    headers: {
      ...(seen?.etag ? { "if-none-match": seen.etag } : {}),
      ...(seen?.modified ? { "if-modified-since": seen.modified } : {}),
      ...plainHeaders(given.headers),
    },
    signal: AbortSignal.any([signal, AbortSignal.timeout(given.timeoutMs)]),
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new Error(`${given.url} could not be reached: ${reasonOf(error)}`, { cause: error });
  });
  if (response.status === 304) return undefined;
  const body = await readStream(response.body, given.max_bytes);
  if (!response.ok) throw new Error(`${given.url} answered ${response.status} ${response.statusText}`.trim());
  if (body === undefined) throw new Error(`${given.url} answered with more than ${given.max_bytes} bytes.`);
  const etag = response.headers.get("etag");
  const modified = response.headers.get("last-modified");
  return {
    data: readData(response.headers.get("content-type") ?? "", body.toString("utf8")),
    status: response.status,
    ...(etag === null ? {} : { etag }),
    ...(modified === null ? {} : { modified }),
  };
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}

function readData(type: string, text: string): Json {
  if (!/[/+]json\b/i.test(type)) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** The order of keys is no change. */
function hashOf(data: Json): string {
  return createHash("sha256").update(JSON.stringify(data, sorted)).digest("hex").slice(0, 32);
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
