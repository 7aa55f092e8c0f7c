import { isDeepStrictEqual } from "node:util";
import { hasType, withArticle } from "../definition/input-type.ts";
import type { Json } from "../json.ts";
import type { AskedInput } from "../nodes/node.ts";

const maxText = 100_000;

/** What is wrong with a value, to stand behind its name; nothing when it fits. Null is for "nothing was given". */
export function problemOf(value: Json, { type, choices, required }: AskedInput): string | undefined {
  if (value === null && !required) return undefined;
  if (!hasType(value, type)) return `is not ${withArticle(type)}`;
  if (typeof value === "string" && value.length > maxText) return `has more than ${maxText} characters`;
  if (choices === undefined || choices.some((choice) => isDeepStrictEqual(choice, value))) return undefined;
  return `is none of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`;
}

export type ReadAnswer = { readonly value: Json } | { readonly problem: string };

/** Words as they were typed, as the value that is asked for. Nothing typed is the default, or nothing where that may be. */
export function readAnswer(text: string | undefined, asked: AskedInput | undefined): ReadAnswer {
  if (asked === undefined) return { value: jsonOr(text ?? "") };
  if (text === undefined || (text === "" && asked.type !== "string")) return nothing(asked);
  const value = asked.type === "string" ? text : jsonOr(text.trim());
  return checked(value, asked);
}

/** A value that came as JSON. */
export function checkAnswer(value: Json | undefined, asked: AskedInput | undefined): ReadAnswer {
  if (value === undefined || value === null) return asked === undefined ? { value: null } : nothing(asked);
  return asked === undefined ? { value } : checked(value, asked);
}

function checked(value: Json, asked: AskedInput): ReadAnswer {
  const problem = problemOf(value, asked);
  return problem === undefined ? { value } : { problem: `the value ${problem}` };
}

function nothing({ default: preset, required }: AskedInput): ReadAnswer {
  if (preset !== undefined) return { value: preset };
  return required ? { problem: "a value is needed" } : { value: null };
}

function jsonOr(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
