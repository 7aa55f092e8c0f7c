import type { ProcessIdentity } from "@pawl/hooks/process";
import type { RunScope, StepAttempt, StepEnd } from "../durability/durability.ts";
import type { AttemptRecord, Failure, StepRecord } from "../durability/records.ts";
import type { Masker } from "./masker.ts";

/** A scope whose records hold references in place of secrets, and whose callers see the secrets. */
export function maskedScope(scope: RunScope, masker: Masker): RunScope {
  return {
    id: scope.id,
    signal: scope.signal,
    async step(start, execute) {
      const record = await scope.step(start, async (attempt) =>
        encodedEnd(await execute(new MaskedAttempt(attempt, masker)), masker),
      );
      const output = masker.decode(record.output);
      return output === record.output ? record : { ...record, output };
    },
    sleep: (recordId, until) => scope.sleep(recordId, until),
    async wait(recordId, name, expiresAt) {
      const value = await scope.wait(recordId, name, expiresAt);
      return value === undefined ? undefined : masker.decode(value);
    },
    earlierWait: (id, name) => scope.earlierWait(id, name),
    hasEnded: (recordId) => scope.hasEnded(recordId),
    hold: () => scope.hold(),
    branch: (recordId, body) => scope.branch(recordId, (inner) => body(maskedScope(inner, masker))),
  };
}

/** Outputs can be put back; what is written for people cannot. */
function encodedEnd(end: StepEnd, masker: Masker): StepEnd {
  const { status, output, error, reason, hooks, attempt, isSecret } = end;
  const encoded = {
    status,
    output: isSecret && output !== null ? masker.encodeWhole(output) : masker.encode(output),
    error: maskedFailure(error, masker),
    reason: reason === undefined ? undefined : masker.maskText(reason),
    hooks: masker.mask(hooks as readonly { name: string; error: string }[]) as StepRecord["hooks"],
  };
  return attempt === undefined ? encoded : { ...encoded, attempt: maskedRecord(attempt, masker) };
}

class MaskedAttempt implements StepAttempt {
  readonly #attempt: StepAttempt;
  readonly #masker: Masker;

  constructor(attempt: StepAttempt, masker: Masker) {
    this.#attempt = attempt;
    this.#masker = masker;
  }

  get earlier(): readonly AttemptRecord[] {
    return this.#attempt.earlier;
  }

  get cutOffSince(): number | undefined {
    return this.#attempt.cutOffSince;
  }

  failed(record: AttemptRecord): Promise<void> {
    return this.#attempt.failed(maskedRecord(record, this.#masker));
  }

  child(identity: ProcessIdentity): Promise<void> {
    return this.#attempt.child(identity);
  }
}

function maskedRecord(record: AttemptRecord, masker: Masker): AttemptRecord {
  return record.error === undefined ? record : { ...record, error: maskedFailure(record.error, masker) };
}

export function maskedFailure<F extends Failure | undefined>(error: F, masker: Masker): F {
  if (error === undefined) return error;
  return { ...error, code: masker.maskText(error.code), message: masker.maskText(error.message) };
}
