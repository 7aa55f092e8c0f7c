import { createHash } from "node:crypto";
import type { Json } from "@pawl/flows";
import type { Keys, Token } from "../envelope/token.ts";
import type { Correlation } from "../topology/network.ts";
import { lookUp } from "./partial-set.ts";

const longest = 200;

/** Which set a token belongs to; nothing when it does not say so. Not for `zip`, where only the order counts. */
export function setKeyOf(token: Token, correlate: Correlation): string | undefined {
  switch (correlate.by) {
    case "key":
      return token.payload === undefined
        ? token.keys?.[correlate.pointer]
        : keyOf(lookUp(token.payload.take(), correlate.pointer));
    case "header":
      return keyOf(token.headers?.[correlate.name]);
    default:
      return token.correlationId;
  }
}

/** What a tombstone must know of the message it stands for: the key at each pointer, where there is one. */
export function keysIn(payload: Json, pointers: readonly string[]): Keys | undefined {
  const found = pointers.flatMap((pointer) => {
    const key = keyOf(lookUp(payload, pointer));
    return key === undefined ? [] : [[pointer, key] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function keyOf(value: Json | undefined): string | undefined {
  if (value === undefined || value === null || typeof value === "object") return undefined;
  const text = JSON.stringify(value);
  return text.length <= longest ? text : createHash("sha256").update(text).digest("hex");
}
