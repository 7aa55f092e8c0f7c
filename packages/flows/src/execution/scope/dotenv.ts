const line = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;

/**
 * Reads `.env` text: `NAME=value` a line, `#` comments, `export` before a name, quotes around a value (`"…"` with `\n`, `\t`, `\"`,
 * `\\`, over several lines too; `'…'` as it stands). Nothing is interpolated. Lines that are none of this are left out.
 */
export function parseDotenv(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const match = line.exec(lines[index]!);
    if (!match) continue;
    let raw = match[2]!;
    const quote = raw[0];
    if (quote === '"' || quote === "'") {
      while (closing(raw, quote) < 0 && index + 1 < lines.length) raw += `\n${lines[++index]!}`;
      values[match[1]!] = unquoted(raw, quote);
    } else values[match[1]!] = raw.replace(/\s+#.*$/, "").trim();
  }
  return values;
}

function closing(raw: string, quote: string): number {
  for (let at = 1; at < raw.length; at++) {
    if (raw[at] === "\\" && quote === '"') at++;
    else if (raw[at] === quote) return at;
  }
  return -1;
}

const escapes: Record<string, string> = { n: "\n", r: "\r", t: "\t" };

function unquoted(raw: string, quote: string): string {
  const end = closing(raw, quote);
  const inner = raw.slice(1, end < 0 ? undefined : end);
  return quote === "'" ? inner : inner.replace(/\\(.)/gs, (_, character: string) => escapes[character] ?? character);
}
