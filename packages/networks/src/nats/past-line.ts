import type { Entry } from "../history/entry.ts";
import { networkEventTypes } from "../history/network-event.ts";

/** One line of what a pod told; nothing for what somebody else has written. The server has checked whose it is. */
export function entryIn(line: string, teller: string): Entry | undefined {
  const entry = parsed(line);
  if (!Array.isArray(entry) || !isText(entry[1]) || !isText(entry[2]) || !Number.isSafeInteger(entry[3]))
    return undefined;
  const [net, pod, message, time, told, ...rest] = entry as unknown[];
  if (typeof told === "object") {
    const { type } = (told ?? {}) as { readonly type?: unknown };
    const isKnown = typeof type === "string" && Object.hasOwn(networkEventTypes, type);
    return isKnown ? ([net, pod === null ? null : teller, message, time, told] as Entry) : undefined;
  }
  const isPassage = typeof told === "number" && typeof pod === "string" && typeof message === "string";
  return isPassage && typeof rest[1] === "string"
    ? ([net, teller, message, time, told, ...rest] as unknown as Entry)
    : undefined;
}

function isText(value: unknown): boolean {
  return value === null || typeof value === "string";
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
