import { type KitOptions, type Ran, runFlow } from "../execution/flow-kit.ts";

export interface NodeRan extends Ran {
  readonly output: unknown;
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/** Runs one node in a flow of one step. */
export async function runNode(uses: string, input: unknown, options: KitOptions = {}): Promise<NodeRan> {
  const text = `name: t\nsteps:\n  - id: a\n    uses: ${uses}\n    with: ${JSON.stringify(input)}\n`;
  const ran = await runFlow(text, options);
  const [record] = ran.steps;
  return { ...ran, output: record?.output, code: record?.error?.code, message: record?.error?.message };
}
