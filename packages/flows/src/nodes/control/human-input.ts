import { z } from "zod";
import { inputTypes } from "../../definition/input-type.ts";
import type { Json } from "../../json.ts";
import { problemOf } from "../../questions/read-answer.ts";
import { type AskedInput, type NodeDefinition, NodeResult, node } from "../node.ts";

const input = z
  .strictObject({
    prompt: z.string().describe("What the person is asked."),
    type: z.enum(inputTypes).default("string").describe("What the value is. Default: string."),
    choices: z.array(z.json()).min(1).optional().describe("The values that may be given."),
    default: z.json().optional().describe("Taken when nothing is given."),
    required: z
      .boolean()
      .default(true)
      .describe("Without a default: whether something has to be given. Default: true."),
    secret: z
      .boolean()
      .default(false)
      .describe("Sealed from the moment it is given, and masked wherever it would show. Default: false."),
  })
  .superRefine((given, context) => {
    if (given.secret && (given.default !== undefined || given.choices !== undefined)) {
      const path = [given.default === undefined ? "choices" : "default"];
      context.addIssue({ code: "custom", path, message: "a secret value cannot stand in the file" });
    }
    if (given.default === undefined) return;
    const problem = problemOf(given.default as Json, askedOf(given));
    if (problem) context.addIssue({ code: "custom", path: ["default"], message: `the default ${problem}` });
  });

type Given = Pick<z.infer<typeof input>, "type" | "choices" | "default" | "required" | "secret">;

function askedOf({ type, choices, default: preset, required, secret }: Given): AskedInput {
  return {
    type,
    required,
    ...(secret ? { secret } : {}),
    ...(choices === undefined ? {} : { choices: choices as Json[] }),
    ...(preset === undefined ? {} : { default: preset as Json }),
  };
}

/** Its output is the value. */
export const humanInput: NodeDefinition<z.infer<typeof input>> = node({
  name: "human.input",
  description: "Asks a person for a value, which is its output.",
  isPure: true,
  input,
  ask: (given) => ({ kind: "input", message: given.prompt, input: askedOf(given) }),
  run: () => new NodeResult({ status: "suspended" }),
});
