/**
 * Whether `text` as a whole fits `pattern`, in which `*` stands for any characters, and `one` (if given) for any single
 * one. Time is bounded by the product of the lengths.
 */
export function fitsWildcard(pattern: string, text: string, one?: "?"): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === text[t] || pattern[p] === one)) {
      p++;
      t++;
    } else if (star >= 0) {
      // Let the last star take one more character and try again from there.
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** Whether a path with slashes fits a pattern with `*` (within a folder), `**` (any depth) and `?`. */
export function fitsPath(pattern: string, path: string): boolean {
  return fitsSegments(pattern.split("/"), path.split("/"));
}

function fitsSegments(pattern: readonly string[], path: readonly string[]): boolean {
  // Row by row: which lengths of the path the first segments of the pattern can cover. No backtracking.
  let reach = new Array<boolean>(path.length + 1).fill(false);
  reach[0] = true;
  for (const segment of pattern) {
    const next = new Array<boolean>(path.length + 1).fill(false);
    for (let i = 0; i <= path.length; i++) {
      if (segment === "**") next[i] = reach[i]! || (i > 0 && next[i - 1]!);
      else if (i > 0) next[i] = reach[i - 1]! && fitsWildcard(segment, path[i - 1]!, "?");
    }
    reach = next;
  }
  return reach[path.length]!;
}
