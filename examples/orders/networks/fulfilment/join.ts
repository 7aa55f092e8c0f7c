import type { PodContext } from "@pawl/networks";

/** What the branches have made of the order, as one parcel. A gift has three of them, other orders two. */
export function onAggregate(partials: Record<string, unknown>[], ctx: PodContext) {
  return { ...Object.assign({}, ...partials), from: ctx.sources };
}
