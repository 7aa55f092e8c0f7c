import type { Json } from "../json.ts";
import { mapJson } from "./map-json.ts";

/** Private characters that frame a sealed secret in stored text. One that a text has of its own is doubled. */
export const opening = "\uE0F1";
export const closing = "\uE0F2";
export const references: RegExp = /\uE0F1(?:\uE0F1|([tw])([A-Za-z0-9_-]*)\uE0F2)/g;

/** A stored value as people see it: `***` for every secret in it. */
export function shown(value: Json): Json {
  return mapJson(value, (text) =>
    text.includes(opening)
      ? text.replace(references, (_, kind: string | undefined) => (kind === undefined ? opening : "***"))
      : text,
  );
}
