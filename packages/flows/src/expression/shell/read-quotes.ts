import { expansion, mark } from "./marked-text.ts";
import { copy, doubt, isMark, putReference, refuseAt, refuseBetween, type Scan } from "./shell-scan.ts";

/** Reads the commands of a `$( … )`; given by the reader of commands, which itself reads words. */
export type ReadCommands = (scan: Scan, closer: ")") => void;

/** `'…'`: a value leaves the quotes, is quoted, and comes back. */
export function readSingle(scan: Scan): string {
  copy(scan);
  let text = "";
  while (scan.at < scan.text.length) {
    if (scan.text[scan.at] === "'") {
      copy(scan);
      return text;
    }
    if (isMark(scan)) {
      putReference(scan, "'\"", "\"'");
      text += mark;
    } else {
      text += copy(scan);
    }
  }
  doubt(scan, "unterminated");
  return text;
}

/** `"…"`. */
export function readDouble(scan: Scan, readCommands: ReadCommands): string {
  copy(scan);
  let text = "";
  while (scan.at < scan.text.length) {
    const character = scan.text[scan.at];
    if (character === '"') {
      copy(scan);
      return text;
    }
    if (character === "\\") text += readBackslash(scan);
    else if (character === "`") text += readBackticks(scan);
    else if (character === "$") text += readDollar(scan, true, readCommands);
    else if (isMark(scan)) {
      putReference(scan, "", "");
      text += mark;
    } else text += copy(scan);
  }
  doubt(scan, "unterminated");
  return text;
}

/** A backslash and what it protects; an expression cannot be protected. */
export function readBackslash(scan: Scan): string {
  copy(scan);
  if (isMark(scan)) refuseAt(scan, scan.at, "backslash");
  const next = copy(scan);
  return next === "\n" ? "" : next;
}

export function readBackticks(scan: Scan): string {
  const start = scan.at;
  copy(scan);
  while (scan.at < scan.text.length && scan.text[scan.at] !== "`") copy(scan, scan.text[scan.at] === "\\" ? 2 : 1);
  if (scan.at >= scan.text.length) doubt(scan, "unterminated");
  copy(scan);
  refuseBetween(scan, start, scan.at, "backticks");
  return expansion;
}

/** Everything that begins with `$`. */
export function readDollar(scan: Scan, isInDouble: boolean, readCommands: ReadCommands): string {
  const next = scan.text[scan.at + 1];
  if (next === "(") {
    if (scan.text[scan.at + 2] === "(") return readArithmetic(scan, 3);
    copy(scan, 2);
    readCommands(scan, ")");
    return expansion;
  }
  if (next === "{") return readBraces(scan, isInDouble, readCommands);
  if (next === "[") {
    const end = scan.text.indexOf("]", scan.at);
    refuseBetween(scan, scan.at, end < 0 ? scan.text.length : end, "arithmetic");
  }
  if (next === "'" && !isInDouble) doubt(scan, "ansi-quote");
  const name = /^\$(?:[A-Za-z_]\w*|[0-9@*#?$!-])/.exec(scan.text.slice(scan.at, scan.at + 200))?.[0];
  if (name === undefined) return copy(scan);
  copy(scan, name.length);
  return expansion;
}

/** `$(( … ))` and `(( … ))`, by counting parentheses. */
export function readArithmetic(scan: Scan, opening: number): string {
  const start = scan.at;
  copy(scan, opening);
  for (let depth = 2; depth > 0 && scan.at < scan.text.length; ) {
    const character = copy(scan);
    if (character === "(") depth++;
    else if (character === ")") depth--;
    else if (/["'`\\#]/.test(character)) doubt(scan, "intricate");
    if (depth > 0 && scan.at >= scan.text.length) doubt(scan, "unterminated");
  }
  refuseBetween(scan, start, scan.at, "arithmetic");
  return expansion;
}

/** `${ … }`, to the brace that ends it. */
function readBraces(scan: Scan, isInDouble: boolean, readCommands: ReadCommands): string {
  const start = scan.at;
  copy(scan, 2);
  while (scan.at < scan.text.length && scan.text[scan.at] !== "}") {
    const character = scan.text[scan.at]!;
    if (isInDouble && /["'\\]/.test(character)) doubt(scan, "intricate");
    if (character === "\\") readBackslash(scan);
    else if (character === "'" && !isInDouble) readSingle(scan);
    else if (character === '"') readDouble(scan, readCommands);
    else if (character === "`") readBackticks(scan);
    else if (character === "$") readDollar(scan, isInDouble, readCommands);
    else copy(scan);
  }
  if (scan.at >= scan.text.length) doubt(scan, "unterminated");
  copy(scan);
  refuseBetween(scan, start, scan.at, "braces");
  return expansion;
}
