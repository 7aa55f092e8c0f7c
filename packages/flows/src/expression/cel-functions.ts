import { createHash } from "node:crypto";
import type { Environment } from "@marcbachmann/cel-js";
import { resultToJson } from "./cel-result.ts";
import { evaluationTime } from "./evaluation-time.ts";

const maxCharacters = 64 * 1024 * 1024;
const maxRange = 100_000;

/** A function said no to the values it got; the caller adds the expression. */
export class FunctionError extends Error {}

type Handler = (...values: never[]) => unknown;

/** Every helper: how it is called, and what it does. Those that begin with a value of one kind are methods too. */
const functions: readonly (readonly [signature: string, handler: Handler, description: string])[] = [
  ["json(dyn): string", (value: unknown) => JSON.stringify(resultToJson(value)), "The value as JSON text."],
  ["parse_json(string): dyn", parseJson, "The value that JSON text describes."],
  ["base64(string): string", (text: string) => Buffer.from(text).toString("base64"), "Text in base64."],
  ["from_base64(string): string", (text: string) => Buffer.from(text, "base64").toString("utf8"), "Base64 as text."],
  ["sha256(string): string", (text: string) => createHash("sha256").update(text).digest("hex"), "SHA-256, in hex."],
  ["md5(string): string", (text: string) => createHash("md5").update(text).digest("hex"), "MD5, in hex."],
  ["now(): google.protobuf.Timestamp", evaluationTime, "The time of this evaluation."],
  ["date(string): google.protobuf.Timestamp", parseDate, "The time that ISO 8601 text names."],
  ["date(double): google.protobuf.Timestamp", parseDate, "The time, from milliseconds since 1970."],
  ["date(int): google.protobuf.Timestamp", (ms: bigint) => parseDate(Number(ms)), "The time, from milliseconds."],
  ["string(google.protobuf.Timestamp): string", (time: Date) => time.toISOString(), "ISO 8601."],
  ["string(list): string", textOf, "A list as JSON."],
  ["string(map): string", textOf, "A map as JSON."],
  ["string(null): string", () => "", "Nothing."],
  ["join(list, string): string", join, "List items as text, with a separator between them."],
  ["split(string, string): list<string>", (text: string, at: string) => text.split(at), "Text cut at a separator."],
  ["replace(string, string, string): string", replace, "Each occurrence of the second text by the third."],
  ["lower(string): string", (text: string) => text.toLowerCase(), "Lower case."],
  ["upper(string): string", (text: string) => text.toUpperCase(), "Upper case."],
  ["trim(string): string", (text: string) => text.trim(), "Without white space at its ends."],
  ["string.replace(string, string): string", replace, "Each occurrence of the first text by the second."],
  ["string.lower(): string", (text: string) => text.toLowerCase(), "Lower case."],
  ["string.upper(): string", (text: string) => text.toUpperCase(), "Upper case."],
  ["google.protobuf.Timestamp.format(string): string", formatDate, "yyyy-MM-dd HH:mm:ss.SSS, in UTC."],
  ["google.protobuf.Timestamp.format(string, string): string", formatDate, "The same in a time zone."],
  ["keys(map): list<string>", (map: object) => Object.keys(map), "The keys of a map."],
  ["values(map): list", (map: object) => Object.values(map), "The values of a map."],
  ["range(int): list<int>", (count: bigint) => range(Number(count)), "0 to one less than the number."],
  ["range(double): list<int>", range, "0 to one less than the number."],
  ["round(double): double", Math.round as Handler, "To the nearest whole number."],
  ["floor(double): double", Math.floor as Handler, "Down to a whole number."],
  ["ceil(double): double", Math.ceil as Handler, "Up to a whole number."],
  ["abs(double): double", Math.abs as Handler, "Without its sign."],
  ["abs(int): int", (value: bigint) => (value < 0n ? -value : value), "Without its sign."],
];

export const functionNames: readonly string[] = [
  ...new Set(functions.map(([signature]) => signature.slice(0, signature.indexOf("(")).replace(/^.*\./, ""))),
];

/** Pawl's own, for a listing. */
export const functionListings: readonly { readonly signature: string; readonly description: string }[] = functions.map(
  ([signature, , description]) => ({ signature: plainSignature(signature), description }),
);

/** CEL's names for types, as a flow file knows them. */
function plainSignature(signature: string): string {
  return signature
    .replaceAll("google.protobuf.Timestamp", "time")
    .replace(/\bdyn\b/g, "any")
    .replace(/\b(?:double|int)\b(?=[,)>]|$)/g, "number")
    .replace(/<\w+>/g, "");
}

export function registerFunctions(environment: Environment): void {
  for (const [signature, handler, description] of functions) {
    environment.registerFunction(
      signature,
      handler as (...values: unknown[]) => unknown,
      {
        description,
        async: false,
      } as never,
    );
  }
}

function textOf(value: unknown): string {
  const json = resultToJson(value);
  return typeof json === "string" ? json : JSON.stringify(json);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FunctionError(`parse_json: the text is not JSON (${(error as Error).message})`);
  }
}

function parseDate(value: string | number): Date {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) throw new FunctionError(`date: ${JSON.stringify(value)} is not a time`);
  return date;
}

function join(list: Iterable<unknown>, separator: string): string {
  const items = [...list].map(textOf);
  let total = Math.max(0, items.length - 1) * separator.length;
  for (const item of items) total += item.length;
  refuseBeyond(total);
  return items.join(separator);
}

function replace(text: string, from: string, to: string): string {
  const count = from === "" ? text.length + 1 : text.split(from).length - 1;
  refuseBeyond(text.length + count * to.length);
  return text.replaceAll(from, () => to);
}

function refuseBeyond(characters: number): void {
  if (characters > maxCharacters) throw new FunctionError("the text would be longer than 64 MiB");
}

function range(count: number): bigint[] {
  if (!(count >= 0 && count <= maxRange)) throw new FunctionError(`range: 0 to ${maxRange} expected, not ${count}`);
  return Array.from({ length: Math.floor(count) }, (_, index) => BigInt(index));
}

const dateFields: Record<string, Intl.DateTimeFormatPartTypes> = {
  yyyy: "year",
  MM: "month",
  dd: "day",
  HH: "hour",
  mm: "minute",
  ss: "second",
  SSS: "fractionalSecond" as Intl.DateTimeFormatPartTypes,
};

function formatDate(time: Date, format: string, timeZone = "UTC"): string {
  let formatter: Intl.DateTimeFormat;
  try {
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      fractionalSecondDigits: 3,
    });
  } catch {
    throw new FunctionError(`format: there is no time zone "${timeZone}"`);
  }
  const parts = new Map(formatter.formatToParts(time).map((part) => [part.type, part.value]));
  return format.replace(
    /yyyy|SSS|MM|dd|HH|mm|ss/g,
    (field) => parts.get(dateFields[field]!)?.padStart(field.length, "0") ?? "",
  );
}
