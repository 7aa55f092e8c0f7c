import type { Json } from "../json.ts";

/** What an input of a flow can be, and a value that a person is asked for. */
export const inputTypes = ["string", "number", "integer", "boolean", "list", "map"] as const;

export type InputType = (typeof inputTypes)[number];

export function hasType(value: Json, type: InputType): boolean {
  if (type === "list") return Array.isArray(value);
  if (type === "map") return typeof value === "object" && value !== null && !Array.isArray(value);
  if (type === "integer") return Number.isSafeInteger(value);
  if (type === "number") return Number.isFinite(value);
  return typeof value === type;
}

/** The type in a sentence. */
export function withArticle(type: InputType): string {
  return type === "integer" ? "an integer" : `a ${type}`;
}
