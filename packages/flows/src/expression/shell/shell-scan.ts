import { mark } from "./marked-text.ts";
import type { Refusal } from "./refusals.ts";
import { marksBetween, type ShellWord } from "./shell-word.ts";

/** Commands up to a `;`, `&&` or line end at the top: what is piped where is told apart no finer than that. */
export interface Statement {
  readonly marks: number[];
  readsInput: boolean;
}

export interface HereDocument {
  readonly delimiter: string;
  readonly isQuoted: boolean;
  readonly stripsTabs: boolean;
  readonly statement: Statement;
}

/** A script on its way from text with marks to text with references. */
export interface Scan {
  readonly text: string;
  at: number;
  readonly out: string[];
  /** The reference for the expression at an offset. */
  readonly nameOf: (at: number) => string;
  readonly refused: Map<number, Refusal>;
  readonly referenced: Set<number>;
  readonly hereDocuments: HereDocument[];
  readonly statements: Statement[];
  /** Compound commands and subshells that are open. */
  depth: number;
  /** Variables that hold values of expressions. */
  readonly holding: Map<string, number[]>;
  readonly code: ShellWord[];
  definesFunctions: boolean;
  /** Said of every expression, because the text as a whole cannot be relied on. */
  doubt: Refusal | undefined;
}

export function createScan(text: string, nameOf: (at: number) => string): Scan {
  return {
    text,
    at: 0,
    out: [],
    nameOf,
    refused: new Map(),
    referenced: new Set(),
    hereDocuments: [],
    statements: [{ marks: [], readsInput: false }],
    depth: 0,
    holding: new Map(),
    code: [],
    definesFunctions: false,
    doubt: undefined,
  };
}

/** Copies characters as they are. */
export function copy(scan: Scan, count = 1): string {
  const copied = scan.text.slice(scan.at, scan.at + count);
  scan.out.push(copied);
  scan.at += count;
  return copied;
}

/** Puts a reference in place of the expression here. */
export function putReference(scan: Scan, before: string, after: string): void {
  scan.out.push(before, "${", scan.nameOf(scan.at), "}", after);
  scan.referenced.add(scan.at);
  scan.at++;
}

export function refuseAt(scan: Scan, at: number, reason: Refusal): void {
  if (!scan.refused.has(at)) scan.refused.set(at, reason);
}

export function refuseBetween(scan: Scan, start: number, end: number, reason: Refusal): void {
  for (const at of marksBetween(scan.text.slice(start, end), start)) refuseAt(scan, at, reason);
}

export function isMark(scan: Scan, at: number = scan.at): boolean {
  return scan.text[at] === mark;
}

export function doubt(scan: Scan, reason: Refusal): void {
  scan.doubt ??= reason;
}
