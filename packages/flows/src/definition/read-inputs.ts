import { isMap, isScalar } from "yaml";
import type { Json } from "../json.ts";
import type { FlowInput, SecretSource } from "./flow.ts";
import { hasType, type InputType, inputTypes } from "./input-type.ts";
import {
  type Field,
  given,
  isMissing,
  kindOf,
  readBoolean,
  readChoice,
  readFields,
  readJson,
  readText,
} from "./map-reader.ts";
import { inputKeys, secretKeys } from "./setting-keys.ts";
import { report, type SourceFile } from "./source-file.ts";

/** `inputs:` of a flow: each a map, or nothing for an optional text. */
export function readInputs(source: SourceFile, field: Field | undefined): Record<string, FlowInput> {
  const inputs: Record<string, FlowInput> = {};
  const fields = field && readFields(source, field.node, "inputs");
  for (const input of fields?.values() ?? []) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(input.key)) {
      const message = `The name of an input has letters, digits and underscores; here is "${input.key}".`;
      report(source, input.keySpan, { code: "invalid-id", message, hint: input.key.replace(/[^A-Za-z0-9_]+/g, "_") });
    }
    inputs[input.key] = input.isEmpty ? plainInput : (readInput(source, input) ?? plainInput);
  }
  return inputs;
}

const plainInput: FlowInput = {
  type: "string",
  description: undefined,
  default: undefined,
  required: false,
  choices: undefined,
  secret: false,
};

function readInput(source: SourceFile, field: Field): FlowInput | undefined {
  const fields = readFields(source, field.node, "an input", inputKeys);
  if (!fields) return undefined;
  const declared = given(fields, "type");
  const known = readChoice(source, declared, inputTypes);
  const type = known ?? "string";
  const fallback = given(fields, "default");
  const value = fallback && readJson(source, fallback.node);
  // Of a type that is unknown nothing can be said, and that it is unknown has been said.
  if (fallback && (known || !declared)) checkValue(source, fallback, value!, type);
  const choices = readChoices(source, given(fields, "choices"), type);
  if (fallback && choices && !choices.includes(value!)) {
    const message = `The default is not one of the choices: ${choices.join(", ")}.`;
    report(source, fallback.span, { code: "input-type", message });
  }
  return {
    type,
    description: readText(source, given(fields, "description")),
    default: value,
    required: readBoolean(source, given(fields, "required")) ?? false,
    choices,
    secret: readBoolean(source, given(fields, "secret")) ?? false,
  };
}

function readChoices(source: SourceFile, field: Field | undefined, type: InputType): readonly Json[] | undefined {
  if (!field) return undefined;
  const value = readJson(source, field.node);
  if (Array.isArray(value) && value.length > 0) {
    for (const choice of value as readonly Json[]) checkValue(source, field, choice, type);
    return value as readonly Json[];
  }
  report(source, field.span, {
    code: "wrong-type",
    message: `choices is a list of values; here is ${kindOf(field.node)}.`,
  });
  return undefined;
}

function checkValue(source: SourceFile, field: Field, value: Json, type: InputType): void {
  if (hasType(value, type)) return;
  const message = `${field.key} does not fit the type ${type}; here is ${JSON.stringify(value).slice(0, 60)}.`;
  report(source, field.span, { code: "input-type", message });
}

/** `secrets:`: each `env: NAME`, `file: PATH` or `command: …`. */
export function readSecrets(source: SourceFile, field: Field | undefined): Record<string, SecretSource> {
  const secrets: Record<string, SecretSource> = {};
  const fields = field && readFields(source, field.node, "secrets");
  for (const secret of fields?.values() ?? []) {
    const found = isMap(secret.node) && !secret.isEmpty ? readSecret(source, secret) : undefined;
    if (found) secrets[secret.key] = found;
    else if (!isMap(secret.node) || secret.isEmpty) {
      const message = `A secret is a map with env, file or command; here is ${secret.isEmpty ? "nothing" : kindOf(secret.node)}.`;
      const value = isScalar(secret.node) && !secret.isEmpty ? undefined : `{ env: ${secret.key} }`;
      report(source, secret.span, { code: "wrong-type", message, hint: value });
    }
  }
  return secrets;
}

function readSecret(source: SourceFile, secret: Field): SecretSource | undefined {
  const fields = readFields(source, secret.node, "a secret", secretKeys)!;
  const present = Object.keys(secretKeys).filter((key) => given(fields, key));
  const [key] = present;
  if (key === undefined || present.length > 1) {
    if (key === undefined && Object.keys(secretKeys).some((name) => !isMissing(fields, name))) return undefined;
    const message = `A secret has exactly one of ${Object.keys(secretKeys).join(", ")}; here is ${present.join(" and ") || "none of them"}.`;
    report(source, secret.keySpan, { code: "wrong-value", message });
    return undefined;
  }
  const value = readText(source, given(fields, key));
  return value === undefined ? undefined : ({ [key]: value } as SecretSource);
}
