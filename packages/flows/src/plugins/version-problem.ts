import { createRequire } from "node:module";
import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { PluginPlace } from "./find-plugins.ts";
import { readManifest } from "./manifest.ts";

let own: string | undefined;

/** The version of this Pawl: all packages share one. */
export function ownVersion(): string {
  own ??= readManifest(createRequire(import.meta.url).resolve("@pawl/flows/package.json"))?.version ?? "0.0.0";
  return own;
}

/** What a plugin package says about the Pawl it is made for, when that is not this one. */
export function versionProblem(place: PluginPlace): Diagnostic | undefined {
  if (place.kind === "file") return undefined;
  const manifest = readManifest(place.file);
  const range = manifest?.peerDependencies?.["@pawl/flows"] ?? manifest?.dependencies?.["@pawl/flows"];
  if (typeof range !== "string" || admits(range, ownVersion())) return undefined;
  return {
    code: "plugin-version",
    severity: "warning",
    message: `${place.source} is made for @pawl/flows ${range}; this is ${ownVersion()}.`,
    file: place.file,
  };
}

/** Whether a range of the usual forms (`^1.2.3`, `~1.2`, `1.2.3`, `>=1`) admits a version; other forms admit everything. */
export function admits(range: string, version: string): boolean {
  return range.split("||").some((part) => admitsOne(part.trim(), version));
}

function admitsOne(range: string, version: string): boolean {
  const match = /^(\^|~|>=|=|)\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?$/.exec(range);
  if (!match) return true;
  const [, sign, ...digits] = match;
  const wanted = digits.filter((digit) => digit !== undefined).map(Number);
  const found = version.split(/[.+-]/).slice(0, 3).map(Number);
  const [major = 0, minor = 0, patch = 0] = wanted;
  if (compare(found, [major, minor, patch]) < 0) return false;
  if (sign === ">=") return true;
  // A caret lets change what stands right of the first number that is not zero.
  const fixed =
    sign === "^" ? Math.min(caretDigits(wanted), wanted.length) : Math.min(sign === "~" ? 2 : 3, wanted.length);
  return wanted.slice(0, fixed).every((digit, index) => digit === found[index]);
}

function caretDigits(wanted: readonly number[]): number {
  const first = wanted.findIndex((digit) => digit !== 0);
  return first < 0 ? wanted.length : first + 1;
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < 3; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
