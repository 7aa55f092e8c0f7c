import type { Json } from "../json.ts";

const falseWords = new Set(["", "false", "no", "0", "none", "off"]);

/** What `if` and `while` go by: false, null, 0, "", [], {} and the words false/no/0/none/off in any case are not true. */
export function isTruthy(value: Json): boolean {
  if (typeof value === "string") return !falseWords.has(value.trim().toLowerCase());
  if (typeof value !== "object" || value === null) return Boolean(value);
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0;
}
