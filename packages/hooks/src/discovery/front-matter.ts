import type { Findings } from "./codes.ts";

/** The block at the head of a file, and what follows it. */
export interface FrontMatter {
  readonly format: "toml" | "yaml";
  readonly text: string;
  /** The line of the file that the block's first line is; counts from 1. */
  readonly firstLine: number;
  readonly body: string;
}

const formats: Readonly<Record<string, "toml" | "yaml">> = { "+++": "toml", "---": "yaml" };

/** Splits a file at its delimiter lines. A delimiter within a line, or within a value, is none. */
export function splitFrontMatter(source: string, findings: Findings): FrontMatter | undefined {
  const lines = source.replace(/^\uFEFF/, "").split(/\r?\n/);
  const start = lines.findIndex((line) => line.trim() !== "");
  const delimiter = start < 0 ? "" : lines[start]!.trimEnd();
  const format = Object.hasOwn(formats, delimiter) ? formats[delimiter] : undefined;
  if (!format) {
    const at = { line: Math.max(1, start + 1), column: 1 };
    findings.error("missing-front-matter", 'A hook file begins with a line "+++" (TOML) or "---" (YAML).', at);
    return undefined;
  }
  const end = lines.findIndex((line, index) => index > start && line.trimEnd() === delimiter);
  if (end < 0) {
    const at = { line: start + 1, column: 1, length: 3 };
    findings.error("unclosed-front-matter", `The block that begins here is not closed by a line "${delimiter}".`, at);
    return undefined;
  }
  return {
    format,
    text: lines.slice(start + 1, end).join("\n"),
    firstLine: start + 2,
    body: lines
      .slice(end + 1)
      .join("\n")
      .trim(),
  };
}
