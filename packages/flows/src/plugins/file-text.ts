import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** Nothing when it cannot be read. */
export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Empty when there is no text. */
export function hashOf(text: string | undefined): string {
  return text === undefined ? "" : createHash("sha256").update(text).digest("hex");
}
