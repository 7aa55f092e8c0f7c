import { eachMessage } from "./each-message.ts";
import { ensureStream, streamInfo } from "./ensure.ts";
import type { Link } from "./link.ts";
import type { Names } from "./names.ts";
import { type Limits, waitingStream } from "./plan.ts";
import type { Publisher } from "./publisher.ts";

const moveMs = 60_000;

/** Versions before 0.1.0 kept the tokens of all pods in one stream. */
export interface FormerStream {
  /** Brings what waits in it to the streams of the pods, under its ids, and removes it. */
  move(): Promise<void>;
}

/** Takes the subjects from it, so that the streams of the pods can have them. Nothing when there is none. */
export async function closeFormerStream(
  parts: { readonly link: Link; readonly publisher: Publisher },
  names: Names,
  limits: Limits,
): Promise<FormerStream | undefined> {
  const { link, publisher } = parts;
  const { streams, consumers } = link.manager;
  const stream = names.prefix;
  if ((await streamInfo(link.manager, stream)) === undefined) return undefined;
  for await (const { name } of consumers.list(stream)) await consumers.delete(stream, name);
  await streams.update(stream, { subjects: [names.closed("all")] });
  const move = async () => {
    await eachMessage(link, stream, async ({ seq, subject, body, id }) => {
      // Its pod may be gone: what waits at it is looked after where the others of that kind are.
      const pod = subject.split(".").at(-2)!;
      await ensureStream(link.manager, waitingStream(pod, names, limits));
      await publisher.store({ subject, body, forMs: moveMs, ...(id === undefined ? {} : { id }) });
      await streams.deleteMessage(stream, seq, false);
    });
    await streams.delete(stream);
  };
  return { move };
}
