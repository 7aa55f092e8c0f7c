import type { Diagnostic, Severity } from "@pawl/hooks/diagnostics";
import {
  type Alias,
  type Document,
  isAlias,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
} from "yaml";
import type { DefinitionCode } from "./codes.ts";
import type { Position } from "./flow.ts";
import { sourceOffset } from "./scalar-offsets.ts";

/** Characters of the text, from and up to. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The text of a flow file, its YAML tree, and what was found wrong with it so far. */
export interface SourceFile {
  readonly file: string | undefined;
  readonly text: string;
  readonly lines: LineCounter;
  readonly diagnostics: Diagnostic[];
  /** Parts that a mistake of YAML has made meaningless: nothing more is said about them. */
  readonly unreadable: Span[];
  /** What is left to be looked at when the rest has been read, because something has to be loaded for it. */
  readonly checks: (() => Promise<void> | void)[];
  document: Document.Parsed | undefined;
}

export interface Finding {
  readonly code: DefinitionCode;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly severity?: Severity;
}

export function createSourceFile(text: string, file: string | undefined): SourceFile {
  return { file, text, lines: new LineCounter(), diagnostics: [], unreadable: [], checks: [], document: undefined };
}

/** Parses the text; YAML's own errors are left in the documents. */
export function parseDocuments(source: SourceFile): Document.Parsed[] {
  const documents = parseAllDocuments(source.text, {
    lineCounter: source.lines,
    merge: true,
    prettyErrors: false,
    uniqueKeys: true,
    strict: true,
    logLevel: "silent",
  });
  return Array.isArray(documents) ? (documents as Document.Parsed[]) : [];
}

export function report(source: SourceFile, span: Span | undefined, finding: Finding): void {
  const { code, message, hint, severity = "error" } = finding;
  if (span && source.unreadable.some((part) => part.start <= span.start && span.start < part.end)) return;
  source.diagnostics.push({
    code,
    severity,
    message,
    ...place(source, span),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** A span as a diagnostic says it. */
export function place(
  source: SourceFile,
  span: Span | undefined,
): Pick<Diagnostic, "file" | "line" | "column" | "length"> {
  const file = source.file === undefined ? {} : { file: source.file };
  if (!span) return file;
  const { line, column } = positionAt(source, span.start);
  const lineEnd = source.text.indexOf("\n", span.start);
  const end = Math.min(span.end, lineEnd < 0 ? source.text.length : lineEnd);
  return { ...file, line, column, length: Math.max(1, end - span.start) };
}

export function positionAt(source: SourceFile, offset: number): Position {
  const { line, col } = source.lines.linePos(Math.min(offset, source.text.length));
  return line === 0 ? { line: 1, column: offset + 1 } : { line, column: col };
}

export function spanOf(node: Node | null | undefined): Span | undefined {
  const range = node?.range;
  return range ? { start: range[0], end: range[1] } : undefined;
}

/** Where characters of a text value stand in the file. */
export function spanWithin(source: SourceFile, scalar: Scalar, within: Span): Span | undefined {
  const whole = spanOf(scalar);
  if (!whole || typeof scalar.value !== "string") return whole;
  const start = sourceOffset(source.text, scalar, within.start);
  const end = sourceOffset(source.text, scalar, within.end);
  return { start, end: Math.max(start + 1, end) };
}

/** What an alias stands for; other nodes as they are. */
export function resolved(source: SourceFile, node: unknown): Node | undefined {
  if (isAlias(node)) return (node as Alias).resolve(source.document!) as Node | undefined;
  return (node ?? undefined) as Node | undefined;
}

/** The scalar's value, aliases followed. */
export function scalarValue(source: SourceFile, node: unknown): unknown {
  const target = resolved(source, node);
  return isScalar(target) ? target.value : undefined;
}
