/** Why an output cannot be understood. */
export class OutputProblem extends Error {}

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `decision must be "approve" or "block", not "maybe".` */
export function expected(key: string, wanted: string, got: unknown): OutputProblem {
  return new OutputProblem(`${key} must be ${wanted}, not ${shown(got)}.`);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return String(value);
}
