import { existsSync } from "node:fs";
import type { Call, Completable } from "../command.ts";
import { projectOf } from "../open-project.ts";
import { shortId } from "../output/run-view.ts";
import { withStore } from "../runtime.ts";

export interface Suggestion {
  readonly value: string;
  readonly about: string;
}

export type CompletionNames = Readonly<Partial<Record<Completable, readonly Suggestion[]>>>;

const shownRuns = 20;

/** Names of the project that the words may be about. No code of the project is imported; what cannot be read is empty. */
export async function readNames(call: Call, words: readonly string[]): Promise<CompletionNames> {
  try {
    const { readFlowFiles } = await import("@pawl/flows");
    const project = await projectOf(call);
    const files = project.isProject ? readFlowFiles(project.dir) : [];
    const flow = files.flatMap(({ name, file }) => (name === undefined ? [] : [{ value: name, about: file }]));
    if (!existsSync(project.databaseFile)) return { flow };
    return { flow, ...(await namesOfRuns(project, words)) };
  } catch {
    return {};
  }
}

async function namesOfRuns(
  project: Parameters<typeof withStore>[0],
  words: readonly string[],
): Promise<CompletionNames> {
  return withStore(project, async ({ durability }) => {
    const runs = await durability.list({ limit: shownRuns });
    const run = runs.map(({ id, flow, status }) => ({ value: shortId(id), about: `${flow} ${status}` }));
    const meant = runs.find(({ id }) => words.includes(shortId(id))) ?? runs[0];
    if (meant === undefined || !words.includes("--step")) return { run };
    const steps = await durability.steps(meant.id);
    return { run, step: steps.map(({ id, status }) => ({ value: id, about: status })) };
  });
}
