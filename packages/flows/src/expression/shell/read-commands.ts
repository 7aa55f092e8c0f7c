import { expansion, mark } from "./marked-text.ts";
import { actingVariables } from "./programs.ts";
import { readHereDocuments } from "./read-here-document.ts";
import { readArithmetic, readBackslash, readBackticks, readDollar, readDouble, readSingle } from "./read-quotes.ts";
import { examineCommand } from "./reads-again.ts";
import { copy, doubt, isMark, putReference, refuseAt, refuseBetween, type Scan, type Statement } from "./shell-scan.ts";
import { hasMark, marksIn, type ShellWord } from "./shell-word.ts";

/** A list of commands being read, up to its end or its `)`. */
interface List {
  readonly closer: ")" | undefined;
  /** Words of the command that is being read. */
  words: ShellWord[];
  /** For each open `case`: whether a pattern is expected. */
  readonly cases: { isPattern: boolean }[];
  isDone: boolean;
}

const opening = new Set(["if", "while", "until", "for", "case", "select", "{"]);
const closing = new Set(["fi", "done", "esac", "}"]);
/** Words after which a command begins anew. */
const leading = new Set([
  "if",
  "then",
  "elif",
  "else",
  "while",
  "until",
  "do",
  "{",
  "!",
  "time",
  "fi",
  "done",
  "esac",
  "}",
]);

/** Reads commands and copies them out, with references in place of expressions. */
export function readCommands(scan: Scan, closer?: ")"): void {
  const list: List = { closer, words: [], cases: [], isDone: false };
  if (closer) scan.depth++;
  while (!list.isDone && scan.at < scan.text.length) readNext(scan, list);
  endCommand(scan, list);
  if (closer) {
    scan.depth--;
    if (!list.isDone) doubt(scan, "unterminated");
  }
}

function readNext(scan: Scan, list: List): void {
  const character = scan.text[scan.at]!;
  if (character === " " || character === "\t" || character === "\r") copy(scan);
  else if (character === "\n") readLineEnd(scan, list);
  else if (character === "#") skipComment(scan);
  else if (character === ";" || character === "&" || character === "|") readOperator(scan, list);
  else if (character === "(" || character === ")") readParenthesis(scan, list);
  else if (character === "<" || character === ">") readRedirection(scan, list);
  else readWordOfCommand(scan, list);
}

function readLineEnd(scan: Scan, list: List): void {
  copy(scan);
  endCommand(scan, list);
  readHereDocuments(scan);
  endStatement(scan);
}

/** Expressions in comments have no effect. */
function skipComment(scan: Scan): void {
  while (scan.at < scan.text.length && scan.text[scan.at] !== "\n") {
    if (isMark(scan)) scan.at++;
    else copy(scan);
  }
}

function isInTest(list: List): boolean {
  return list.words[0]?.raw === "[[" && list.words.at(-1)?.raw !== "]]";
}

function readOperator(scan: Scan, list: List): void {
  if (isInTest(list) && scan.text[scan.at] !== ";") {
    copy(scan);
    return;
  }
  const operator = /^(?:;;&?|;&|&&|\|\||\|&|&>>?|[;&|])/.exec(scan.text.slice(scan.at, scan.at + 3))![0];
  copy(scan, operator.length);
  if (operator.startsWith("&>")) {
    readTarget(scan, operator);
    return;
  }
  endCommand(scan, list);
  const open = list.cases.at(-1);
  if (operator.startsWith(";;") && open) open.isPattern = true;
  if (operator !== "|" && operator !== "|&") endStatement(scan);
}

function readParenthesis(scan: Scan, list: List): void {
  if (isInTest(list)) {
    copy(scan);
    return;
  }
  if (scan.text[scan.at] === "(") {
    openParenthesis(scan, list);
    return;
  }
  const open = list.cases.at(-1);
  copy(scan);
  if (open?.isPattern) {
    open.isPattern = false;
    for (const word of list.words.splice(0)) for (const at of marksIn(word)) scan.statements.at(-1)!.marks.push(at);
    return;
  }
  if (list.closer === ")") list.isDone = true;
  else doubt(scan, "unterminated");
}

function openParenthesis(scan: Scan, list: List): void {
  if (list.cases.at(-1)?.isPattern && list.words.length === 0) {
    copy(scan);
    return;
  }
  if (list.words.length === 0 && scan.text[scan.at + 1] === "(") {
    readArithmetic(scan, 2);
    return;
  }
  if (list.words.length === 1 && /^\(\s*\)/.test(scan.text.slice(scan.at, scan.at + 20))) {
    scan.definesFunctions = true;
    const definition = list.words.pop()!;
    for (const at of marksIn(definition)) refuseAt(scan, at, "command-word");
  }
  copy(scan);
  readCommands(scan, ")");
}

const redirections = /^(?:<<<|<<-|<<|<>|<&|>>|>\||>&|<\(|>\(|<|>)/;

function readRedirection(scan: Scan, list: List): void {
  if (isInTest(list)) {
    copy(scan);
    return;
  }
  const operator = redirections.exec(scan.text.slice(scan.at, scan.at + 3))![0];
  const start = scan.at;
  const { text } = list.words.at(-1) ?? { text: "" };
  const isNumber = /^\d+$/.test(text) && /\d/.test(scan.text[start - 1] ?? "");
  if (isNumber) list.words.pop();
  copy(scan, operator.length);
  if (operator.endsWith("(")) {
    readCommands(scan, ")");
    list.words.push({ text: expansion, raw: scan.text.slice(start, scan.at), start });
  } else if (operator === "<<" || operator === "<<-") {
    readDelimiter(scan, operator === "<<-");
  } else {
    readTarget(scan, operator);
  }
}

function readTarget(scan: Scan, operator: string): void {
  while (/[ \t]/.test(scan.text[scan.at] ?? "")) copy(scan);
  const word = readWord(scan);
  for (const at of marksIn(word)) {
    scan.statements.at(-1)!.marks.push(at);
    if (operator.endsWith("&") && operator !== "&>") refuseAt(scan, at, "descriptor");
  }
}

function readDelimiter(scan: Scan, stripsTabs: boolean): void {
  while (/[ \t]/.test(scan.text[scan.at] ?? "")) copy(scan);
  const word = readWord(scan);
  for (const at of marksIn(word)) refuseAt(scan, at, "delimiter");
  if (word.raw === "" || word.text.includes(expansion)) doubt(scan, "intricate");
  const statement = scan.statements.at(-1)!;
  scan.hereDocuments.push({ delimiter: word.text, isQuoted: /['"\\]/.test(word.raw), stripsTabs, statement });
}

function readWordOfCommand(scan: Scan, list: List): void {
  const word = readWord(scan);
  const open = list.cases.at(-1);
  if (open?.isPattern && word.raw !== "esac") {
    list.words.push(word);
    return;
  }
  if (list.words.length === 0) {
    if (opening.has(word.raw)) scan.depth++;
    if (closing.has(word.raw)) scan.depth = Math.max(0, scan.depth - 1);
    if (word.raw === "esac") list.cases.pop();
    if (leading.has(word.raw)) return;
  }
  list.words.push(word);
  if (list.words[0]!.raw === "case" && list.words.length === 3 && word.raw === "in") {
    endCommand(scan, list);
    list.cases.push({ isPattern: true });
  }
}

/** One word, quotes and substitutions included. */
function readWord(scan: Scan): ShellWord {
  const start = scan.at;
  let text = "";
  while (scan.at < scan.text.length && !/[\s;&|()<>]/.test(scan.text[scan.at]!)) {
    const character = scan.text[scan.at];
    if (character === "\\") text += readBackslash(scan);
    else if (character === "'") text += readSingle(scan);
    else if (character === '"') text += readDouble(scan, readCommands);
    else if (character === "`") text += readBackticks(scan);
    else if (character === "$") text += readDollar(scan, false, readCommands);
    else if (isMark(scan)) {
      putReference(scan, '"', '"');
      text += mark;
    } else text += copy(scan);
  }
  return { text, raw: scan.text.slice(start, scan.at), start };
}

const assignment = /^([A-Za-z_]\w*)\+?=/;

function endCommand(scan: Scan, list: List): void {
  const words = list.words.splice(0);
  const statement = scan.statements.at(-1)!;
  for (const word of words) statement.marks.push(...marksIn(word));
  let first = 0;
  while (first < words.length && assignment.test(words[first]!.text)) hold(scan, words[first++]!);
  const command = words.slice(first);
  noteHolding(scan, command);
  const { refused, code, readsInput } = examineCommand(command, true);
  for (const { at, reason } of refused) refuseAt(scan, at, reason);
  scan.code.push(...code);
  statement.readsInput ||= readsInput;
}

/** `NAME=value`: safe in itself, unless somebody acts on the variable. */
function hold(scan: Scan, word: ShellWord): void {
  const name = assignment.exec(word.text)?.[1];
  if (name === undefined || !hasMark(word)) return;
  if (actingVariables.has(name)) refuseBetween(scan, word.start, word.start + word.raw.length, "assignment");
  scan.holding.set(name, [...(scan.holding.get(name) ?? []), ...marksIn(word)]);
}

const holders = new Set(["export", "readonly", "local", "declare", "typeset", "env"]);

function noteHolding(scan: Scan, command: readonly ShellWord[]): void {
  const name = command[0]?.text ?? "";
  if (holders.has(name)) for (const word of command.slice(1)) hold(scan, word);
  const marks = command.slice(1).flatMap(marksIn);
  if (marks.length === 0) return;
  const add = (variable: string): void => {
    scan.holding.set(variable, [...(scan.holding.get(variable) ?? []), ...marks]);
  };
  if (name === "for" || name === "select") add(command[1]?.text ?? "");
  if (name === "set" || scan.definesFunctions) for (const position of "123456789@*") add(position);
}

function endStatement(scan: Scan): void {
  if (scan.depth === 0) scan.statements.push(newStatement());
}

function newStatement(): Statement {
  return { marks: [], readsInput: false };
}
