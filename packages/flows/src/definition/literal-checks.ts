import { isScalar, isSeq } from "yaml";
import type { Template } from "../expression/template.ts";
import { type Field, kindOf } from "./map-reader.ts";
import { report, type SourceFile } from "./source-file.ts";

const words = new Set(["", "true", "false", "yes", "no", "on", "off", "none", "0", "1"]);

/** `if: steps.a.output.ok` without delimiters is text, and text is true. */
export function checkCondition(source: SourceFile, field: Field, template: Template): void {
  if (!isScalar(field.node)) {
    const message = `${field.key} takes true, false or an expression; here is ${kindOf(field.node)}.`;
    report(source, field.span, { code: "wrong-type", message });
    return;
  }
  const value = template.source;
  if (template.dynamic || typeof value !== "string" || words.has(value.trim().toLowerCase())) return;
  const message = `${field.key}: text is always true. An expression stands between \${{ and }}.`;
  report(source, field.span, { code: "bare-condition", message, hint: `\${{ ${value.trim()} }}` });
}

/** A list, or one expression; anything else never gives a list. */
export function checkLoop(source: SourceFile, field: Field, template: Template): void {
  if (isSeq(field.node)) return;
  const value = template.source;
  if (typeof value === "string" && template.dynamic && /^\s*\$\{\{[\s\S]*\}\}\s*$/.test(value)) return;
  const hint = typeof value === "string" && !template.dynamic ? hintFor(value) : undefined;
  const message = `loop takes a list, or an expression that gives one; here is ${kindOf(field.node)}.`;
  report(source, field.span, { code: "loop-not-a-list", message, hint });
}

function hintFor(value: string): string {
  const items = value.split(",").map((item) => item.trim());
  return items.length > 1 ? `[${items.join(", ")}]` : `\${{ ${value.trim()} }}`;
}
