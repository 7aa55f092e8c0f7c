import type { SourceFile } from "./source-file.ts";

/** What is wrong with a line whose value is not quoted, and the line as it should be. */
export interface Mend {
  readonly code: "yaml-cut-by-comment" | "yaml-unquoted-colon";
  readonly message: string;
  /** Where the value begins, from 0. */
  readonly column: number;
  readonly hint: string;
}

const keyAndValue = /^(\s*(?:- )*[\w.$-]+: +)([^\s'"|>[{&*!#%@`].*)$/;

export function lineOf(source: SourceFile, line: number): string {
  const start = source.lines.lineStarts[line - 1] ?? 0;
  const end = source.text.indexOf("\n", start);
  return source.text.slice(start, end < 0 ? undefined : end).replace(/\r$/, "");
}

/** `${{ a # b }}`: YAML sees a comment. */
export function cutByComment(line: string): Mend | undefined {
  const [, head, value] = keyAndValue.exec(line) ?? [];
  if (head === undefined || value === undefined || !/\$\{\{(?:(?!\}\}).)* #/.test(value)) return undefined;
  const message = 'YAML reads " #" as the start of a comment: quote this value.';
  return { code: "yaml-cut-by-comment", message, column: head.length, hint: head.trimStart() + quoted(value) };
}

/** `command: echo "a: b"`: YAML sees a map in a map. */
export function unquotedColon(line: string): Mend | undefined {
  const [, head, value] = keyAndValue.exec(line) ?? [];
  if (head === undefined || value === undefined || !/:(?:\s|$)/.test(value)) return undefined;
  const message = 'YAML reads ": " inside a value as the start of a map: quote this value.';
  return { code: "yaml-unquoted-colon", message, column: head.length, hint: head.trimStart() + quoted(value) };
}

/** Single quotes need the fewest changes inside. */
function quoted(value: string): string {
  return `'${value.trimEnd().replaceAll("'", "''")}'`;
}
