import { expect } from "vitest";
import { post, until } from "../end-to-end/pawl.ts";

/** `pawl.config.ts` with short limits, so that tests need not wait for long. */
export const shortLimits: Readonly<Record<string, string>> = {
  "pawl.config.mjs": 'export default { plugins: { importTime: "2s", importMemory: "128mb" } };\n',
};

export interface PluginParts {
  /** What it does when it is imported. */
  readonly atImport?: string;
  /** Further keys of its definition. */
  readonly keys?: string;
  /** What its node gives. */
  readonly output?: string;
}

/** A plugin with the node `NAME.one`. */
export function pluginText(
  name: string,
  { atImport = "", keys = "", output = "process.pid" }: PluginParts = {},
): string {
  return `import { appendFileSync } from "node:fs";
import { definePlugin, node } from "@pawl/flows";
import { z } from "zod";
${atImport}
const even = z.number().default(2).refine((n) => n % 2 === 0, "is odd");
const one = node({ name: "${name}.one", input: z.strictObject({ n: even }), run: ({ n }) => (${output}) });
export default definePlugin({ name: "${name}", ${keys} nodes: [one] });
`;
}

/** Leaves a line with the id of the process that imports it. */
export function marking(file: string): string {
  return `appendFileSync(${JSON.stringify(file)}, process.pid + "\\n");`;
}

export function flowText(name: string, ...uses: readonly string[]): string {
  const steps = uses.map((node, index) => `  - { id: s${index}, uses: ${node} }\n`);
  return `name: ${name}\nsteps:\n${steps.join("")}`;
}

interface Shown {
  readonly run: { readonly status: string; readonly endedAt?: unknown };
  readonly steps: readonly { readonly output: unknown }[];
}

/** What the steps of a run gave that the server was asked for. */
export async function outputsOf({ url }: { readonly url: string }, flow: string): Promise<readonly unknown[]> {
  const started = await post(`${url}/api/v1/flows/${flow}/runs`, {});
  const text = await started.text();
  expect(started.ok, text).toBe(true);
  const { id } = JSON.parse(text).run;
  const { run, steps } = await until("the run has ended", async () => {
    const shown = (await (await fetch(`${url}/api/v1/runs/${id}`)).json()) as Shown;
    return shown.run.endedAt ? shown : undefined;
  });
  expect(run.status, JSON.stringify(run)).toBe("completed");
  return steps.map(({ output }) => output);
}
