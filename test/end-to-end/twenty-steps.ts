/** The step that hangs the first time it runs. */
export const hangingStep = 10;
export const stepCount = 20;

/**
 * Each step notes that it began and that it is done. The tenth hangs the first time; the second time it notes whether the
 * first one's process was still alive.
 */
const step = `#!/bin/sh
echo "$1" >> began.txt
if [ "$1" = "s${hangingStep}" ]; then
  if [ ! -e hung.pid ]; then
    echo $$ > hung.pid.new && mv hung.pid.new hung.pid
    while :; do sleep 1; echo still >> orphan.txt; done
  fi
  old=$(cat hung.pid)
  if [ -n "$(tr -d '\\0' < /proc/$old/cmdline 2>/dev/null)" ]; then echo alive >> old-child.txt; else echo gone >> old-child.txt; fi
fi
echo "$1" >> done.txt
`;

/** A flow of twenty steps that a test can kill in the middle. */
export function twentySteps(trigger = ""): Record<string, string> {
  const ids = Array.from({ length: stepCount }, (_, index) => `s${index + 1}`);
  const steps = ids.map(
    (id) => `  - id: ${id}\n    uses: shell.run\n    with: { command: "sh step.sh ${id}", check: true }\n`,
  );
  return {
    "flows/twenty.yaml": `name: twenty\n${trigger}steps:\n${steps.join("")}`,
    "step.sh": step,
  };
}

export const stepIds: readonly string[] = Array.from({ length: stepCount }, (_, index) => `s${index + 1}`);
