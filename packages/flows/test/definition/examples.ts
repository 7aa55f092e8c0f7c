import { flowKeys } from "../../src/definition/flow-keys.ts";
import type { KeyTable } from "../../src/definition/key-table.ts";
import {
  approvalKeys,
  cacheKeys,
  concurrencyKeys,
  inputKeys,
  isolateKeys,
  retentionKeys,
  retryKeys,
  secretKeys,
  triggerKeys,
} from "../../src/definition/setting-keys.ts";
import { nextKeys, stepKeys } from "../../src/definition/step-keys.ts";

const step = "steps:\n  - id: step\n    uses: data.set\n";
const indented = (text: string, by: number) => text.replace(/^/gm, " ".repeat(by));
const kinds = ["uses", "steps", "parallel", "flow"];

/** Every table of the reference, and each of its examples in the smallest flow that it can stand in. */
export const places: readonly [string, KeyTable, (example: string, key: string) => string][] = [
  [
    "a flow",
    flowKeys,
    (example, key) => `${key === "name" ? "" : "name: x\n"}${example}\n${key === "steps" ? "" : step}`,
  ],
  [
    "a step",
    stepKeys,
    (example, key) => {
      const own = [
        ...(key === "id" ? [] : ["id: step"]),
        ...(kinds.includes(key) ? [] : [key === "max" ? "parallel: [{ id: p, uses: data.set }]" : "uses: data.set"]),
      ];
      if (key === "max_parallel") own.push("loop: [1]");
      if (key === "with") own[1] = "uses: log.message";
      if (key === "while") own[0] = "id: poll";
      return `name: x\ninputs: { dry: { type: boolean, default: false }, tag: }\nsteps:\n  -\n${indented([...own, example].join("\n"), 4)}\n`;
    },
  ],
  [
    "an input",
    inputKeys,
    (example, key) =>
      `name: x\ninputs:\n  a:\n    ${example}\n${["default", "choices"].includes(key) ? "    type: integer\n" : ""}${step}`,
  ],
  ["a secret", secretKeys, (example) => `name: x\nsecrets:\n  A:\n    ${example}\n${step}`],
  [
    "a trigger",
    triggerKeys,
    (example, key) => `name: x\ntrigger:\n  ${example}\n${key === "uses" ? "" : "  uses: cron\n"}${step}`,
  ],
  ["concurrency", concurrencyKeys, (example) => `name: x\ninputs: { region: }\nconcurrency:\n  ${example}\n${step}`],
  ["retention", retentionKeys, (example) => `name: x\nretention:\n  ${example}\n${step}`],
  ["retry", retryKeys, (example) => `name: x\n${step}    retry:\n      ${example}\n`],
  ["approval", approvalKeys, (example) => `name: x\ninputs: { tag: }\n${step}    approval:\n      ${example}\n`],
  [
    "isolate",
    isolateKeys,
    (example) =>
      `name: x\n${step}    isolate:\n      ${example.startsWith("in:") ? example : `in: process\n      ${example}`}\n`,
  ],
  ["cache", cacheKeys, (example) => `name: x\ninputs: { tag: }\n${step}    cache:\n      ${example}\n`],
  ["next", nextKeys, (example) => `name: x\n${step}    next:\n      ${example}\n  - { id: report, uses: data.set }\n`],
];
