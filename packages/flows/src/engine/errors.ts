import type { Diagnostic } from "@pawl/hooks/diagnostics";

/** An engine that cannot be made of what it was given; `diagnostics` says why, all at once. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((diagnostic) => diagnostic.message).join(" "));
    this.diagnostics = diagnostics;
  }
}

/** No run has this id. */
export class RunNotFoundError extends Error {
  override readonly name = "RunNotFoundError";
  readonly code = "run-not-found";
  constructor(runId: string) {
    super(`There is no run ${runId}.`);
  }
}

/** A process that is alive executes the run. */
export class RunOwnedError extends Error {
  override readonly name = "RunOwnedError";
  readonly code = "run-owned";
  constructor(runId: string) {
    super(`The run ${runId} is executed by another process, which is alive.`);
  }
}

/** A run cannot be repeated from that step. */
export class ReplayError extends Error {
  override readonly name = "ReplayError";
  readonly code: "unknown-step" | "run-not-ended";
  constructor(code: ReplayError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
