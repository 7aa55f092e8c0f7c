import type { Publication, Publisher } from "./publisher.ts";
import { PassedError } from "./publisher.ts";

/**
 * Publishes what a step changes, phase by phase, each once the one before is stored: a crash between two leaves nothing
 * that could not be done again.
 */
export function publishPhases(
  publisher: Publisher,
  phases: readonly (readonly Publication[])[],
  done: (error: Error | undefined) => void,
): void {
  let index = 0;
  const next = (error: Error | undefined): void => {
    if (error !== undefined) {
      done(error);
      return;
    }
    while (index < phases.length && phases[index]!.length === 0) index++;
    if (index === phases.length) done(undefined);
    else publishAll(publisher, phases[index++]!, next);
  };
  next(undefined);
}

function publishAll(
  publisher: Publisher,
  publications: readonly Publication[],
  done: (error: Error | undefined) => void,
): void {
  let left = publications.length;
  let failure: Error | undefined;
  const one = (error: Error | undefined) => {
    // What stands there already is what was to be written.
    if (error !== undefined && !(error instanceof PassedError)) failure ??= error;
    left--;
    if (left === 0) done(failure);
  };
  for (const publication of publications) publisher.publish(publication, one);
}
