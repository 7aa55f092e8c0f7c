import { definePlugin, type NodeContext, type NodeResult, type StepExecutionHook } from "@pawl/flows";

/** Writes a line into the run's log before and after every step. `pawl logs` shows them. */
class AuditHook implements StepExecutionHook {
  readonly name = "audit-log";

  async beforeExecute(ctx: NodeContext) {
    ctx.metrics.auditStart = performance.now();
    ctx.log.info(`[AUDIT] start ${ctx.stepId} run=${ctx.runId}`);
  }

  async afterExecute(ctx: NodeContext, _step: unknown, result: NodeResult) {
    const duration = (performance.now() - Number(ctx.metrics.auditStart)) / 1_000;
    ctx.log.info(`[AUDIT] end ${ctx.stepId} run=${ctx.runId} status=${result.status} duration=${duration.toFixed(2)}s`);
  }
}

export default definePlugin({ name: "audit", hooks: [new AuditHook()] });
