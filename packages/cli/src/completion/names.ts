import { existsSync } from "node:fs";
import type { RunRecord, Store } from "@pawl/flows";
import type { Call, Completable } from "../command.ts";
import { projectOf } from "../open-project.ts";
import { questionText } from "../output/question.ts";
import { shortId } from "../output/run-view.ts";
import { withStore } from "../runtime.ts";

export interface Suggestion {
  readonly value: string;
  readonly about: string;
}

export type CompletionNames = Readonly<Partial<Record<Completable, readonly Suggestion[]>>>;

const shownRuns = 20;
/** What is shorter is hardly the beginning of an id. */
const shortestId = 6;

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

type Named = CompletionNames & { readonly run: readonly Suggestion[] };

async function namesOfRuns(project: Parameters<typeof withStore>[0], words: readonly string[]): Promise<Named> {
  return withStore(project, async (store) => {
    const runs = await store.durability.list({ limit: shownRuns });
    const meant = runs.find(({ id }) => words.some((word) => word.length >= shortestId && id.startsWith(word)));
    const steps = (meant ?? runs[0]) ? await store.durability.steps((meant ?? runs[0])!.id) : [];
    return {
      run: runs.map(({ id, flow, status }) => ({ value: shortId(id), about: `${flow} ${status}` })),
      step: steps.map(({ id, status }) => ({ value: id, about: status })),
      ...(await namesOfQuestions(store, meant === undefined ? runs : [meant])),
    };
  });
}

/** Runs that ask somebody, and which of their steps do. */
async function namesOfQuestions(store: Store, runs: readonly RunRecord[]): Promise<CompletionNames> {
  const { openQuestions } = await import("@pawl/flows");
  const questions = (await Promise.all(runs.map((run) => openQuestions(store, run)))).flat();
  const ids = new Map(questions.map(({ runId, flow }) => [runId, flow]));
  return {
    "asking-run": [...ids].map(([id, flow]) => ({ value: shortId(id), about: `${flow} waits` })),
    "asking-step": questions.map((question) => ({ value: question.recordId, about: questionText(question) })),
  };
}
