import { z } from "zod";
import { type NodeDefinition, node } from "../node.ts";

const input = z.strictObject({
  template: z.string().describe("`$name` and `${name}` are filled in; `$$` is one dollar sign."),
  variables: z.record(z.string(), z.unknown()).default({}),
});

const placeholder = /\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g;

/** Placeholders that no variable answers stay as they are. */
export const textTemplate: NodeDefinition<z.infer<typeof input>> = node({
  name: "text.template",
  description: "Fills `$name` and `${name}` into a text.",
  isPure: true,
  input,
  run({ template, variables }) {
    return template.replace(placeholder, (whole, dollar, bare, braced) => {
      if (dollar) return "$";
      const name: string = bare ?? braced;
      return Object.hasOwn(variables, name) ? asText(variables[name]) : whole;
    });
  },
});

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
