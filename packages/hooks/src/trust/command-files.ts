import { statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";

/** The files that words of a command name, seen from `cwd`, after `$NAME` and `${NAME}` of these variables. */
export function filesNamedBy(
  words: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string | undefined>> = {},
): string[] {
  const found = new Set<string>();
  for (const word of words) {
    const path = expand(word, variables);
    for (const candidate of [path, path.slice(path.indexOf("=") + 1)]) {
      if (candidate === "" || candidate.startsWith("-")) continue;
      const full = isAbsolute(candidate) ? candidate : resolve(cwd, candidate);
      if (isFile(full)) found.add(full);
    }
  }
  return [...found];
}

/** Replaces `$NAME` and `${NAME}` where the value is known. */
export function expand(text: string, variables: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    const name = (braced ?? bare)!;
    return Object.hasOwn(variables, name) ? (variables[name] ?? whole) : whole;
  });
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
