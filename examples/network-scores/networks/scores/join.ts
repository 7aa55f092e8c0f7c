import type { PodContext } from "@pawl/networks";

interface Partial {
  task_id: string;
  scorer: string;
  score?: number;
}

/** Merge and compute. It is called with what came; with nothing at all it is not called. */
export function onAggregate(partials: Partial[], ctx: PodContext) {
  const scores = partials.map((partial) => partial.score ?? 0);
  return {
    task_id: partials[0]!.task_id,
    count: partials.length,
    average_score: scores.reduce((sum, score) => sum + score, 0) / scores.length,
    from: ctx.sources,
    all_results: partials,
  };
}
