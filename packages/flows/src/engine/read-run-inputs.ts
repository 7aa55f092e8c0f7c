import { type Diagnostic, didYouMean, nearest } from "@pawl/hooks/diagnostics";
import type { Flow, FlowInput } from "../definition/flow.ts";
import { hasType, type InputType, withArticle } from "../definition/input-type.ts";
import type { Json, JsonObject } from "../json.ts";
import { InputError } from "./input-error.ts";

/**
 * The inputs of a run: given values where they fit, else defaults; null for optional ones without. Text is read as the declared
 * type, because command lines and queries know nothing else.
 * @throws InputError with everything that is wrong
 */
export function readRunInputs(flow: Flow, given: JsonObject): JsonObject {
  const diagnostics: Diagnostic[] = [];
  const inputs: Record<string, Json> = {};
  for (const [name, input] of Object.entries(flow.inputs)) {
    const read = readInput(name, input, Object.hasOwn(given, name) ? given[name] : undefined);
    if ("diagnostic" in read) diagnostics.push(read.diagnostic);
    else inputs[name] = read.value;
  }
  for (const name of Object.keys(given)) if (!Object.hasOwn(flow.inputs, name)) diagnostics.push(unknown(flow, name));
  if (diagnostics.length > 0) throw new InputError(flow.name, diagnostics);
  return inputs;
}

type Read = { readonly value: Json } | { readonly diagnostic: Diagnostic };

function readInput(name: string, input: FlowInput, given: Json | undefined): Read {
  if (given === undefined || (given === null && input.required)) {
    if (input.default !== undefined) return { value: input.default };
    if (!input.required) return { value: null };
    return wrong("missing-input", `The input "${name}" (${input.type}) is required.`, `--input ${name}=…`);
  }
  const value = typeof given === "string" ? fromText(given, input.type) : given;
  if (!hasType(value, input.type)) {
    return wrong("input-type", `The input "${name}" takes ${withArticle(input.type)}; ${shown(input, given)} came.`);
  }
  if (input.choices && !input.choices.some((choice) => same(choice, value))) {
    const choices = input.choices.map((choice) => JSON.stringify(choice)).join(", ");
    return wrong("input-choice", `The input "${name}" takes one of ${choices}; ${shown(input, given)} came.`);
  }
  return { value };
}

/** The text itself when it cannot be read: the check of the type then says so. */
function fromText(text: string, type: InputType): Json {
  if (type === "string") return text;
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  if (type === "number" || type === "integer")
    return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text.trim()) ? Number(text) : text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function same(a: Json, b: Json): boolean {
  return a === b || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b));
}

/** A secret is not repeated in a message. */
function shown(input: FlowInput, given: Json): string {
  return input.secret ? "another value" : JSON.stringify(given).slice(0, 100);
}

function unknown(flow: Flow, name: string): Diagnostic {
  const names = Object.keys(flow.inputs);
  const known = names.length === 0 ? " It takes none." : didYouMean(name, names) || ` It takes ${names.join(", ")}.`;
  const near = nearest(name, names);
  const message = `The flow "${flow.name}" has no input "${name}".${known}`;
  return { code: "unknown-input", severity: "error", message, ...(near === undefined ? {} : { hint: near }) };
}

function wrong(code: string, message: string, hint?: string): Read {
  return { diagnostic: { code, severity: "error", message, ...(hint === undefined ? {} : { hint }) } };
}
