import { onTestFinished } from "vitest";

export interface ToldEvent {
  readonly id: string;
  readonly cursor: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface FollowedLog {
  /** In the order in which they came. */
  readonly events: readonly ToldEvent[];
  /** How often it was begun, or gone on with after a cut. */
  readonly connections: () => number;
}

/** Reads the server-sent events of a project as a browser does: cut off, it comes back with the id of the last one. */
export function followLog(urlNow: () => string): FollowedLog {
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const events: ToldEvent[] = [];
  let connections = 0;
  const read = async () => {
    const last = events.at(-1)?.cursor;
    const headers: Record<string, string> = last === undefined ? {} : { "last-event-id": last };
    const answer = await fetch(`${urlNow()}/api/v1/logs`, { headers, signal: stopping.signal });
    if (!answer.ok) return;
    connections++;
    let text = "";
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + chunk).split("\n\n");
      text = blocks.pop()!;
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) events.push(JSON.parse(data) as ToldEvent);
      }
    }
  };
  const follow = async () => {
    while (!stopping.signal.aborted) {
      await read().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  void follow();
  return { events, connections: () => connections };
}

/** All that the server remembers, page by page. */
export async function readWholeLog(url: string): Promise<ToldEvent[]> {
  const all: ToldEvent[] = [];
  for (let after = "0"; ; ) {
    const answer = await fetch(`${url}/api/v1/logs?after=${after}`, { headers: { accept: "application/json" } });
    const { events, next } = (await answer.json()) as { events: ToldEvent[]; next: string };
    if (events.length === 0) return all;
    all.push(...events);
    after = next;
  }
}
