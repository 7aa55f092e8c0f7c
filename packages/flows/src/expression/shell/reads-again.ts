import { mark } from "./marked-text.ts";
import {
  type Interpreter,
  interpreters,
  oftenWrapped,
  plainPrograms,
  readsArgumentsAgain,
  readsInputAsCode,
  wrappers,
} from "./programs.ts";
import type { Refusal } from "./refusals.ts";
import { hasMark, literalText, marksIn, programName, type ShellWord } from "./shell-word.ts";

/** What is unsafe about a simple command. */
export interface CommandFindings {
  readonly refused: { readonly at: number; readonly reason: Refusal }[];
  /** Words that are code to the program: what their variables hold is code, too. */
  readonly code: ShellWord[];
  /** The program reads code from its standard input. */
  readsInput: boolean;
}

/** Looks at the words of one command, assignments and redirections taken away. */
export function examineCommand(words: readonly ShellWord[], hasShell: boolean): CommandFindings {
  const findings: CommandFindings = { refused: [], code: [], readsInput: false };
  const [first] = words;
  if (!first) return findings;
  if (hasMark(first) && hasShell) refuse(findings, first, "command-word");
  examine(words, findings);
  return findings;
}

function refuse(findings: CommandFindings, word: ShellWord, reason: Refusal): void {
  for (const at of marksIn(word)) findings.refused.push({ at, reason });
}

function examine(words: readonly ShellWord[], findings: CommandFindings): void {
  const name = programName(words[0]);
  const rest = words.slice(1);
  const interpreter = interpreters.get(name ?? "");
  if (name === undefined) {
    examineUnknown(words, findings);
  } else if (readsArgumentsAgain.has(name)) {
    for (const word of rest) refuse(findings, word, "reads-again");
    findings.code.push(...rest);
    findings.readsInput ||= readsInputAsCode.has(name);
  } else if (interpreter) {
    examineInterpreter(interpreter, rest, findings);
  } else if (wrappers.has(name)) {
    examineWrapped(rest, findings);
  } else if (!examineBuiltIn(name, rest, findings) && !plainPrograms.has(name)) {
    examineUnknown(words, findings);
  }
}

function isKnown(name: string): boolean {
  return interpreters.has(name) || readsArgumentsAgain.has(name) || wrappers.has(name) || plainPrograms.has(name);
}

/** A program that may run another: `docker exec web sh -c …`, `find . -exec sh -c …`. */
function examineUnknown(words: readonly ShellWord[], findings: CommandFindings): void {
  const index = words.findIndex((word, position) => {
    const name = programName(word) ?? "";
    return position > 0 && (interpreters.has(name) || oftenWrapped.has(name));
  });
  if (index > 0) examine(words.slice(index), findings);
}

/**
 * The command begins at the first literal word that is no option, number or assignment. A word after an option may be
 * its value (`-u root`): it is the command only when it is a known one. No value may come before the command.
 */
function examineWrapped(rest: readonly ShellWord[], findings: CommandFindings): void {
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index]!;
    const text = literalText(word);
    if (text === undefined) {
      if (!/^[A-Za-z_]\w*=/.test(word.text)) refuse(findings, word, "command-word");
    } else if (/^(?:-S|--split-string)/.test(text)) {
      for (const other of rest.slice(index + 1)) refuse(findings, other, "reads-again");
      return;
    } else if (!/^(?:[-+]|[\d.,]+[smhd]?$|[A-Za-z_]\w*=)/.test(text)) {
      const mayBeValue = index > 0 && /^-[^=]*$/.test(rest[index - 1]!.text);
      if (mayBeValue && !isKnown(programName(word)!)) continue;
      examine(rest.slice(index), findings);
      return;
    }
  }
}

function examineInterpreter(kind: Interpreter, rest: readonly ShellWord[], findings: CommandFindings): void {
  let hasCode = false;
  let index = 0;
  for (; index < rest.length; index++) {
    const word = rest[index]!;
    if (word.text === "--") continue;
    if (word.text === "-" || !/^[-+]/.test(word.text)) break;
    if (hasMark(word)) refuse(findings, word, "reads-again");
    const option = examineOption(kind, word, rest[index + 1], findings);
    hasCode ||= option.isCode;
    if (option.takesNext) index++;
  }
  const operands = rest.slice(index);
  if (operands.length > 0) examineOperands(kind, operands, hasCode, findings);
  else if (!hasCode) findings.readsInput ||= kind.readsInput;
}

function examineOption(
  kind: Interpreter,
  word: ShellWord,
  next: ShellWord | undefined,
  findings: CommandFindings,
): { isCode: boolean; takesNext: boolean } {
  const text = literalText(word) ?? "";
  const isValued = kind.valued?.test(text) === true;
  if (kind.code.test(text)) {
    const takesNext = !kind.codeIsOperand || isValued;
    if (takesNext && next) takeCode(next, findings);
    return { isCode: true, takesNext };
  }
  const loads = kind.loads?.test(text) === true;
  if ((loads || isValued) && next) refuse(findings, next, "reads-again");
  if (loads || isValued) return { isCode: loads && text === "-m", takesNext: true };
  const isAttached = kind.code.test(text.replace(/=.*$/s, "")) || kind.code.test(text.slice(0, 2));
  if (isAttached) findings.code.push(word);
  return { isCode: isAttached, takesNext: false };
}

function takeCode(word: ShellWord, findings: CommandFindings): void {
  refuse(findings, word, "reads-again");
  findings.code.push(word);
}

function examineOperands(
  kind: Interpreter,
  operands: readonly ShellWord[],
  hasCode: boolean,
  findings: CommandFindings,
): void {
  const [first, ...others] = operands as [ShellWord, ...ShellWord[]];
  if (kind.operands === "code") {
    if (kind.readsInput) for (const word of operands) takeCode(word, findings);
    else if (!hasCode) takeCode(first, findings);
    return;
  }
  if (hasCode && !kind.codeIsOperand) return;
  if (first.text === "-" || first.text === "/dev/stdin") findings.readsInput = true;
  takeCode(first, findings);
  if (/^(?:eval|run|exec)$/.test(first.text) && others[0]) takeCode(others[0], findings);
}

const declaring = new Set(["export", "readonly", "local", "declare", "typeset"]);

/** Built-ins that take some of their arguments as more than text. */
function examineBuiltIn(name: string, rest: readonly ShellWord[], findings: CommandFindings): boolean {
  if (declaring.has(name)) {
    const isTyped = rest.some((word) => /^-[A-Za-z]*[inA]/.test(word.text));
    for (const word of rest) if (isTyped || !/^[A-Za-z_]\w*\+?=/.test(word.text)) refuse(findings, word, "reads-again");
  } else if (name === "printf") {
    const format = rest.find((word) => literalText(word) !== "--");
    if (format?.text.startsWith(mark)) refuse(findings, format, "reads-again");
    const into = rest.findIndex((word) => word.text.startsWith("-v"));
    if (into === 0) for (const word of rest.slice(0, 2)) refuse(findings, word, "reads-again");
  } else if (name === "[" || name === "test" || name === "[[") {
    examineTest(name, rest, findings);
  } else if (name === "set") {
    const end = rest.findIndex((word) => word.text === "--");
    for (const word of end < 0 ? rest : rest.slice(0, end)) refuse(findings, word, "reads-again");
  } else if (name === "for" || name === "select" || name === "function") {
    if (rest[0]) refuse(findings, rest[0], "reads-again");
  } else if (name !== "case") {
    return false;
  }
  return true;
}

/** `-v` looks into subscripts, and `[[ … -eq … ]]` computes: both run what a value tells them to. */
function examineTest(name: string, rest: readonly ShellWord[], findings: CommandFindings): void {
  const looksInside = /^-(?:v|R)$/;
  const computes = /^-(?:eq|ne|lt|le|gt|ge)$/;
  const isRisky = rest.some((word) => looksInside.test(word.text) || (name === "[[" && computes.test(word.text)));
  rest.forEach((word, index) => {
    const follows = index > 0 && rest[index - 1]!.text.startsWith(mark);
    if (isRisky || (follows && hasMark(word) && name !== "[[")) refuse(findings, word, "reads-again");
  });
}
