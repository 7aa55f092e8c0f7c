import fc from "fast-check";
import type { Action, Program } from "../fixtures/program.ts";

const stepAction: fc.Arbitrary<Action> = fc.record({
  kind: fc.constant("step" as const),
  failures: fc.constantFrom(0, 0, 0, 1, 2),
});
const pause: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant("sleep" as const), ms: fc.integer({ min: 0, max: 60 }) }),
  fc.constant<Action>({ kind: "wait" }),
);

/** Programs with steps that fail and are tried again, sleeps, waits, and branches in branches. */
export const programs: fc.Arbitrary<Program> = fc.letrec<{ program: Program; action: Action }>((tie) => ({
  program: fc.array(tie("action"), { minLength: 1, maxLength: 5 }),
  action: fc.oneof(
    { maxDepth: 2, depthIdentifier: "branches" },
    { weight: 5, arbitrary: stepAction },
    { weight: 1, arbitrary: pause },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("branches" as const),
        branches: fc.array(tie("program"), { minLength: 1, maxLength: 3 }),
      }),
    },
  ),
})).program;
