import type { Json } from "../../json.ts";
import { toText } from "../compile-template.ts";
import { ExpressionError } from "../expression-error.ts";
import type { Template } from "../template.ts";
import type { ShellBinding } from "./shell-command.ts";

const maxBytes = 100_000;
const maxTotalBytes = 1_000_000;

type Evaluate = (template: Template) => Json;

/**
 * The environment variables that a shell command refers to.
 * @throws ExpressionError `value-too-large`, `value-with-nul`, and what evaluating throws
 */
export function bindValues(bindings: readonly ShellBinding[], evaluate: Evaluate): Record<string, string> {
  const texts = limited(
    bindings.map(({ template }) => template),
    evaluate,
  );
  return Object.fromEntries(bindings.map(({ name }, index) => [name, texts[index]!]));
}

/**
 * The arguments of a command without a shell.
 * @throws ExpressionError as `bindValues`
 */
export function bindArguments(templates: readonly Template[], evaluate: Evaluate): string[] {
  return limited(templates, evaluate);
}

function limited(templates: readonly Template[], evaluate: Evaluate): string[] {
  let total = 0;
  return templates.map((template) => {
    const text = toText(evaluate(template));
    const expression = String(template.source);
    const bytes = Buffer.byteLength(text);
    total += bytes;
    if (bytes > maxBytes || total > maxTotalBytes) {
      const size = bytes > maxBytes ? `${bytes} bytes` : `${total} bytes together with those before it`;
      const message = `${expression} is too large for a command line: ${size}. Give it by stdin:, or write it to a file.`;
      throw new ExpressionError("value-too-large", message, { expression });
    }
    if (text.includes("\0")) {
      const message = `${expression} has a NUL character, which no command line carries. Give it by stdin:, or write it to a file.`;
      throw new ExpressionError("value-with-nul", message, { expression });
    }
    return text;
  });
}
