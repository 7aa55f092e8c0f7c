/** What crosses between a host and its isolate; values are structured clones. */
export type ToInside =
  | { readonly type: "call"; readonly call: number; readonly payload: unknown }
  | { readonly type: "abort"; readonly call: number; readonly message: string }
  | { readonly type: "answer"; readonly ask: number; readonly value?: unknown; readonly error?: CarriedError };

export type FromInside =
  | { readonly type: "ready" }
  /** What it was to load could not be loaded. */
  | { readonly type: "broken"; readonly message: string }
  | { readonly type: "result"; readonly call: number; readonly value: unknown }
  | { readonly type: "error"; readonly call: number; readonly error: CarriedError }
  | { readonly type: "note"; readonly call: number | undefined; readonly note: unknown }
  | {
      readonly type: "ask";
      readonly ask: number;
      readonly call: number;
      readonly what: string;
      readonly data: unknown;
    };

/** An error as it travels: with the fields that decide over retries and answers, as far as they are plain values. */
export interface CarriedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function carried(error: unknown): CarriedError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), stack: undefined, fields: {} };
  const fields = Object.fromEntries(Object.entries(error).filter(([name, value]) => name !== "name" && isPlain(value)));
  return { name: error.name, message: error.message, stack: error.stack, fields };
}

export function revived({ name, message, stack, fields }: CarriedError): Error {
  const error = Object.assign(new Error(message), fields, { name });
  if (stack !== undefined) error.stack = stack;
  return error;
}

function isPlain(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
