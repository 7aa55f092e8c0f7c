import { endOfExpression } from "../expression/split-text.ts";

/** A value that has to be quoted. Columns count from 0; the quotes go in front of the characters named. */
export interface Mend {
  readonly code: "yaml-cut-by-comment" | "yaml-syntax" | "yaml-unquoted-colon" | "yaml-unquoted-expression";
  readonly message: string;
  readonly start: number;
  readonly end: number;
  /** Where a `'` has to be put in. */
  readonly inserts: readonly number[];
}

const blockValue = /^(\s*(?:- )*[\w.$-]+: +|\s*(?:- )+(?=\$\{\{))([^\s'"|>[{&*!#].*)$/;
/** Looking for what a line lacks takes time with the square of its length; nobody writes longer ones. */
const maxLine = 5_000;
const flowStart = /^(\s*(?:- )*(?:[\w.$-]+: +)?)[{[]/;

/** What to quote in a line that YAML could not read; nothing when quotes are not what it lacks. */
export function mendLine(line: string): Mend | undefined {
  if (line.length > maxLine) return undefined;
  const flow = flowStart.exec(line);
  if (flow) return mendFlow(line, flow[1]!.length, false);
  return cutByComment(line) ?? mendBlock(line) ?? mendFlow(line, line.length - line.trimStart().length, true);
}

/** The line with the quotes put in. */
export function mended(line: string, { inserts }: Mend): string {
  return inserts.toReversed().reduce((text, at) => `${text.slice(0, at)}'${text.slice(at)}`, line);
}

/** `${{ a # b }}`: YAML sees a comment, and no error. */
export function cutByComment(line: string): Mend | undefined {
  if (line.length > maxLine) return undefined;
  const value = blockValue.exec(line);
  if (!value || !/\$\{\{(?:(?!\}\}).)* #/.test(value[2]!)) return undefined;
  const message = 'YAML reads " #" as the start of a comment: quote this value.';
  return quote(line, value[1]!.length, line.trimEnd().length, { code: "yaml-cut-by-comment", message });
}

function mendBlock(line: string): Mend | undefined {
  const [, head, value] = blockValue.exec(line) ?? [];
  if (head === undefined || value === undefined) return undefined;
  const end = line.trimEnd().length;
  if (/^[@`%]/.test(value)) {
    const message = `A value cannot begin with ${value[0]}: quote this value.`;
    return quote(line, head.length, end, { code: "yaml-syntax", message });
  }
  if (!/:(?:\s|$)/.test(value)) return undefined;
  const message = 'YAML reads ": " inside a value as the start of a map: quote this value.';
  return quote(line, head.length, end, { code: "yaml-unquoted-colon", message });
}

function mendFlow(line: string, from: number, isInside: boolean): Mend | undefined {
  const found = flowValues(line, from, isInside).filter(({ start, end }) => needsQuotes(line.slice(start, end)));
  const [first] = found;
  if (!first) return undefined;
  const isExpression = line.slice(first.start, first.end).includes("${{");
  const code = isExpression ? "yaml-unquoted-expression" : "yaml-unquoted-colon";
  const what = isExpression ? "the braces of an expression as its own" : 'this ": " as the start of a map';
  const message = `Inside { } and [ ] YAML reads ${what}: quote this value.`;
  const inserts = found.flatMap(({ start, end }) => quote(line, start, end, { code, message }).inserts);
  return { code, message, ...first, inserts };
}

function needsQuotes(value: string): boolean {
  return value.includes("${{") || /:\s| #/.test(value);
}

/** Single quotes need the fewest changes inside. */
function quote(line: string, start: number, end: number, rest: Pick<Mend, "code" | "message">): Mend {
  const inserts = [start];
  for (let at = start; at < end; at++) if (line[at] === "'") inserts.push(at);
  return { ...rest, start, end, inserts: [...inserts, end] };
}

/** The plain values of a line of `{ … }` or `[ … ]`; quotes and expressions inside them do not end them. */
function flowValues(line: string, from: number, isInside: boolean): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  const open: string[] = isInside ? ["{"] : [];
  let isKey = isInside;
  for (let at = from; at < line.length; ) {
    const character = line[at]!;
    const key = isKey && open.at(-1) === "{" ? /^[^:,{}[\]]+:(?=\s|$)/.exec(line.slice(at)) : null;
    if (/\s/.test(character)) at++;
    else if (character === "{" || character === "[") {
      open.push(character);
      isKey = character === "{";
      at++;
    } else if (character === "," || character === "}" || character === "]") {
      if (character !== ",") open.pop();
      isKey = true;
      at++;
    } else if (character === "#") break;
    else if (key) {
      at += key[0].length;
      isKey = false;
    } else if (character === '"' || character === "'") at = endOfQuotes(line, at);
    else {
      const end = endOfPlain(line, at);
      found.push({ start: at, end: at + line.slice(at, end).trimEnd().length });
      at = Math.max(end, at + 1);
    }
  }
  return found;
}

function endOfQuotes(line: string, at: number): number {
  const end = line.indexOf(line[at]!, at + 1);
  return end < 0 ? line.length : end + 1;
}

function endOfPlain(line: string, from: number): number {
  let at = from;
  while (at < line.length && !/[,}\]]/.test(line[at]!)) {
    const character = line[at]!;
    if (line.startsWith("${{", at)) {
      const end = endOfExpression(line, at + 3);
      at = end === undefined ? line.length : end + 2;
    } else if (character === '"' || (character === "'" && /[\s=]/.test(line[at - 1] ?? " ")))
      at = endOfQuotes(line, at);
    else at++;
  }
  return at;
}
