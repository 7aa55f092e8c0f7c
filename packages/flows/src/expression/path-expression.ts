import { ExpressionError, missingValue } from "./expression-error.ts";

/** `a.b["c"][0]` taken apart: what most expressions are, and what needs no CEL. */
export interface Path {
  readonly source: string;
  readonly root: string;
  readonly keys: readonly (string | number)[];
  /** Where in the source each key's part ends, to say which part is missing. */
  readonly ends: readonly number[];
}

const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const part = /\.([A-Za-z_][A-Za-z0-9_]*)|\[(?:(\d{1,9})|"([^"\\\n]*)"|'([^'\\\n]*)')\]/y;
const notNames = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while prototype __proto__ google cel optional type int uint double bool string bytes list map null_type dyn".split(
    " ",
  ),
);

/** The path, or nothing when the text is another kind of expression. */
export function parsePath(source: string): Path | undefined {
  name.lastIndex = 0;
  const root = name.exec(source)?.[0];
  if (root === undefined || notNames.has(root)) return undefined;
  const keys: (string | number)[] = [];
  const ends: number[] = [];
  let at = root.length;
  while (at < source.length) {
    part.lastIndex = at;
    const match = part.exec(source);
    if (!match || notNames.has(match[1] ?? "")) return undefined;
    keys.push(match[2] === undefined ? (match[1] ?? match[3] ?? match[4])! : Number(match[2]));
    at = part.lastIndex;
    ends.push(at);
  }
  return { source, root, keys, ends };
}

/**
 * Follows a path from the value of its root as CEL does: own properties of maps, whole numbers into lists, nothing else.
 * @throws ExpressionError `unknown-name`, `missing-value`
 */
export function followPath(path: Path, root: unknown): unknown {
  let value = root;
  if (value === undefined) {
    throw new ExpressionError("unknown-name", `\${{ ${path.source} }}: there is no ${path.root} here.`, {
      expression: path.source,
      missing: path.root,
    });
  }
  for (let index = 0; index < path.keys.length; index++) {
    value = child(value, path.keys[index]!);
    if (value === undefined) throw missingValue(path.source, path.source.slice(0, path.ends[index]));
  }
  return value;
}

function child(value: unknown, key: string | number): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return typeof key === "number" ? value[key] : undefined;
  if (value instanceof Map) return value.get(key);
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}
