const part = /\.?([A-Za-z_$][\w$-]*|\d+)|\.?\[(?:(-?\d+)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\]/y;

/**
 * Reads a JSON pointer (`/a/0/b~1c`) or a path (`a[0].b`, `$.a`, `a["b c"]`). Empty and `$` mean the whole.
 * @returns its segments, or undefined when it is neither
 */
export function parsePath(path: string): readonly string[] | undefined {
  if (path === "" || path === "$") return [];
  if (path.startsWith("/")) {
    return path
      .slice(1)
      .split("/")
      .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
  }
  const text = path.replace(/^\$(?=[.[])/, "");
  const segments: string[] = [];
  part.lastIndex = 0;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (!match) return undefined;
    segments.push(match[1] ?? match[2] ?? (match[3] ?? match[4] ?? "").replace(/\\(.)/g, "$1"));
  }
  return segments;
}
