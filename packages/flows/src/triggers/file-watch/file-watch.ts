import { z } from "zod";
import { emitAll } from "../emit-all.ts";
import { duration, texts } from "../inputs.ts";
import { type EmitterTrigger, event, type TriggerContext, type TriggerEvent, trigger } from "../trigger.ts";
import { type Change, ChangeQueue, type Kind, kinds, type Stamp } from "./change-queue.ts";
import { mostFiles, Snapshot } from "./snapshot.ts";
import { matcherOf, watchFiles } from "./watch-files.ts";

const input = z
  .strictObject({
    path: texts.optional().describe("A file, a folder, or a pattern such as `inbox/**/*.csv`, inside the project."),
    paths: texts.optional().describe("The same as path."),
    events: z
      .union([z.enum(kinds), z.array(z.enum(kinds)).min(1)])
      .default([...kinds])
      .transform((value): Kind[] => [value].flat()),
    settle: duration.optional().describe("How long a file must stay the same before it is reported. Default: 200ms."),
    catchup: z
      .enum(["none", "all"])
      .default("all")
      .describe("Whether changes made while no server ran come later: each file counts once, as it then is."),
  })
  .refine(({ path, paths }) => (path === undefined) !== (paths === undefined), { message: "give either path or paths" })
  .transform(({ path, paths, settle, ...rest }) => ({ ...rest, patterns: path ?? paths!, settleMs: settle ?? 200 }));

/** Changes that are queued in one commit. */
const batchSize = 500;

type WatchInput = z.infer<typeof input>;

/** What is there when the trigger is first seen is no event. */
export const fileWatch: EmitterTrigger<WatchInput> = trigger({
  name: "file.watch",
  description: "When files of the project are added, changed or deleted.",
  input,
  async listen(given, context, emit) {
    const queue = new ChangeQueue(context.signal);
    const { files, close } = await watchFiles(given, context, queue);
    try {
      let snapshot = await openSnapshot(given, files, context);
      for (const change of snapshot ? await missed(given, { files, snapshot, context }) : []) queue.add(change);
      context.describe(`${given.patterns.join(", ")}: ${given.events.join(", ")}`);
      for (;;) {
        const changes = await queue.next(batchSize);
        const wanted = changes.filter(({ kind }) => given.events.includes(kind));
        const events = wanted.map((change) => toEvent(change, snapshot, context));
        const accepted = await emitAll(events, emit, context);
        const open = new Set(wanted.filter((_, index) => accepted[index] === undefined));
        await snapshot?.apply(changes.filter((change) => !open.has(change)));
        if (snapshot && snapshot.size > mostFiles) snapshot = await giveUp(context);
      }
    } finally {
      await close();
    }
  },
});

/** Nothing when what is missed shall not be found, or cannot be. */
async function openSnapshot(
  { catchup }: WatchInput,
  files: ReadonlyMap<string, Stamp>,
  context: TriggerContext,
): Promise<Snapshot | undefined> {
  if (files.size > mostFiles) return giveUp(context);
  if (catchup === "all") return Snapshot.load(context.state);
  await Snapshot.forget(context.state);
  return undefined;
}

async function giveUp({ state, log, flowName }: TriggerContext): Promise<undefined> {
  log.warn(`${flowName} watches more than ${mostFiles} files: changes made while no server runs are not found later.`);
  await Snapshot.forget(state);
  return undefined;
}

interface Found {
  readonly files: Map<string, Stamp>;
  readonly snapshot: Snapshot;
  readonly context: TriggerContext;
}

/** What has changed since the snapshot, of the files that were watched then. The others are known from now on. */
async function missed({ patterns }: WatchInput, { files, snapshot, context }: Found): Promise<Change[]> {
  const { patterns: earlier } = snapshot;
  const wasWatched = earlier === undefined ? () => false : matcherOf(earlier, context.projectDir);
  const isWatched = matcherOf(patterns, context.projectDir);
  const changes = snapshot.compare(files);
  const isNew = new Set([...files.keys()].filter((path) => !wasWatched(path)));
  const unwatched = changes.filter(({ path }) => !isWatched(path));
  await snapshot.apply(unwatched.map(({ path }) => ({ path, stamp: undefined })));
  await snapshot.begin(new Map([...files].filter(([path]) => isNew.has(path))), patterns);
  return changes.filter(({ path }) => isWatched(path) && !isNew.has(path));
}

/** With a snapshot, a change is known by the states of its file, so that a crash does not make it two. */
function toEvent(
  { kind, path, stamp, isMissed }: Change,
  snapshot: Snapshot | undefined,
  { clock }: TriggerContext,
): TriggerEvent {
  const state = kind === "unlink" ? snapshot?.get(path) : stamp;
  const id = snapshot && state ? { id: `${kind}:${path}:${state.ctimeMs}:${state.size}` } : {};
  return event(
    { event: kind, path },
    { time: clock.now(), ...id, ...(isMissed ? { attributes: { missed: true } } : {}) },
  );
}
