import { compileOnce } from "../compile-once.ts";
import { compilePieces } from "../compile-template.ts";
import { compileExpression } from "../expression.ts";
import type { Template } from "../template.ts";
import { type MarkedText, mark, markExpressions } from "./marked-text.ts";
import { examineCommand } from "./reads-again.ts";
import { type CommandProblem, sentence } from "./shell-command.ts";
import { marksIn, type ShellWord } from "./shell-word.ts";

export interface ArgvCommand {
  /** The program and its arguments: one template each, one argument each, whatever their values hold. */
  readonly arguments: readonly Template[];
  readonly problems: readonly CommandProblem[];
}

/** Splits a command into words as a shell would (quotes and backslashes, nothing else); values come in afterwards. */
export const compileArgv: (source: string) => ArgvCommand = compileOnce(compile, { texts: 1_000, characters: 10_000 });

function compile(source: string): ArgvCommand {
  const marked = markExpressions(source);
  const { words, isTerminated } = splitWords(marked.text);
  const problems: CommandProblem[] = [];
  const whole = { start: 0, end: source.length };
  if (!isTerminated)
    problems.push({ code: "command-syntax", message: "A quote in this command does not end.", ...whole });
  else if (words.length === 0) problems.push({ code: "command-syntax", message: "The command is empty.", ...whole });
  const { refused } = examineCommand(words, false);
  for (const { at, reason } of refused) {
    const { start, end } = marked.expressions.find((expression) => expression.at === at)!;
    problems.push({ code: "unsafe-shell", message: sentence(reason), start, end });
  }
  const stray = words.find((word) => /^(?:\||\|\||&&|;|&|\d?>{1,2}|<|\d>&\d|&>)$/.test(word.raw));
  if (stray) {
    const message = `Without shell: true, "${stray.raw}" is an argument like any other.`;
    problems.push({ code: "needs-shell", message, start: stray.start, end: stray.start + stray.raw.length });
  }
  return { arguments: words.map((word) => argumentOf(word, marked)), problems };
}

function argumentOf(word: ShellWord, marked: MarkedText): Template {
  const found = marksIn(word).map((at) => marked.expressions.find((expression) => expression.at === at)!.source);
  const pieces = word.text
    .split(mark)
    .flatMap((text, index) => (index === 0 ? [text] : [compileExpression(found[index - 1]!), text]));
  const source = word.raw.split(mark).reduce((text, next, index) => `${text}\${{ ${found[index - 1]} }}${next}`);
  return compilePieces(
    pieces.filter((piece) => piece !== ""),
    source,
  );
}

/** The words of a command that holds no expressions; nothing when a quote does not end. */
export function splitCommand(text: string): readonly string[] | undefined {
  const { words, isTerminated } = splitWords(text);
  return isTerminated ? words.map((word) => word.text) : undefined;
}

function splitWords(text: string): { words: ShellWord[]; isTerminated: boolean } {
  const words: ShellWord[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      at++;
      continue;
    }
    const word = readWord(text, at);
    if (!word) return { words, isTerminated: false };
    words.push(word);
    at += word.raw.length;
  }
  return { words, isTerminated: true };
}

function readWord(text: string, start: number): ShellWord | undefined {
  let word = "";
  let quote = "";
  let at = start;
  for (; at < text.length; at++) {
    const character = text[at]!;
    if (quote === "" && /\s/.test(character)) break;
    if (quote === "" && (character === "'" || character === '"')) quote = character;
    else if (character === quote) quote = "";
    else if (character === "\\" && quote !== "'") {
      const next = text[at + 1] ?? "";
      const isEscape = next !== mark && (quote === "" || next === '"' || next === "\\");
      word += isEscape ? next : character;
      if (isEscape) at++;
    } else word += character;
  }
  return quote === "" ? { text: word, raw: text.slice(start, at), start } : undefined;
}
