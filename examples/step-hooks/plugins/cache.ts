import { createHash } from "node:crypto";
import { definePlugin, type Json, NodeResult, type StepExecutionHook } from "@pawl/flows";

const answers = new Map<string, Json>();

/** Answers a step that says `cache: true` from memory when its inputs have been seen. */
const responseCache: StepExecutionHook = {
  name: "response-cache",
  beforeExecute(ctx, step, inputs) {
    if (!step.cache) return;
    const key = createHash("sha256")
      .update(JSON.stringify([step.uses, inputs]))
      .digest("hex");
    ctx.metrics.cacheKey = key;
    const output = answers.get(key);
    if (output === undefined) return;
    ctx.log.info(`Cache hit for ${ctx.stepId}`);
    return new NodeResult({ status: "success", output });
  },
  afterExecute(ctx, _step, result) {
    const key = ctx.metrics.cacheKey;
    if (typeof key === "string" && result.status === "success") answers.set(key, result.output);
  },
};

export default definePlugin({ name: "cache", hooks: [responseCache] });
