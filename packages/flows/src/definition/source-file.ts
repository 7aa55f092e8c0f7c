import type { Diagnostic, Severity } from "@pawl/hooks/diagnostics";
import { type Alias, type Document, isAlias, LineCounter, type Node, parseAllDocuments, type Scalar } from "yaml";
import type { DefinitionCode } from "./codes.ts";
import type { Position } from "./flow.ts";
import { sourceOffset } from "./scalar-offsets.ts";

/** Characters of the text, from and up to. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** How a kind of file is called in messages, and what it has at least. */
export interface FileKind {
  readonly name: string;
  readonly least: string;
}

const flowFile: FileKind = { name: "A flow file", least: "a flow has at least `name` and `steps`" };

/** The text of a flow file, its YAML tree, and what was found wrong with it so far. */
export interface SourceFile {
  readonly file: string | undefined;
  readonly kind: FileKind;
  /** As it was given, or with the quotes put in that it lacked. */
  text: string;
  lines: LineCounter;
  /** Offsets in `text` of quotes that do not stand in the file. */
  inserted: readonly number[];
  readonly diagnostics: Diagnostic[];
  /** Parts that a mistake of YAML has made meaningless: nothing more is said about them. */
  readonly unreadable: Span[];
  /** What is left to be looked at when the rest has been read, because something has to be loaded for it. */
  readonly checks: (() => Promise<void> | void)[];
  document: Document.Parsed | undefined;
  /** YAML gave up before the end: what seems to be missing may only be unread. */
  isCutShort: boolean;
}

export interface Finding {
  readonly code: DefinitionCode;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly severity?: Severity;
}

export function createSourceFile(text: string, file: string | undefined, kind: FileKind = flowFile): SourceFile {
  return {
    file,
    kind,
    text,
    lines: new LineCounter(),
    inserted: [],
    diagnostics: [],
    unreadable: [],
    checks: [],
    document: undefined,
    isCutShort: false,
  };
}

/**
 * Parses the text; YAML's own errors are left in the documents. That keys are unique is checked elsewhere, because here
 * each key would be compared with every other; and a broken file can have 100 000 errors, none of which needs a stack.
 */
export function parseDocuments(source: SourceFile): Document.Parsed[] {
  source.lines = new LineCounter();
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const documents = parseAllDocuments(source.text, {
      lineCounter: source.lines,
      merge: true,
      prettyErrors: false,
      uniqueKeys: false,
      strict: true,
      logLevel: "silent",
    });
    return Array.isArray(documents) ? (documents as Document.Parsed[]) : [];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

export function report(source: SourceFile, span: Span | undefined, finding: Finding): void {
  const { code, message, hint, severity = "error" } = finding;
  if (span && source.unreadable.some((part) => part.start <= span.start && span.start < part.end)) return;
  add(source, { code, severity, message, ...place(source, span), ...(hint === undefined ? {} : { hint }) });
}

/** Mistakes that the unread rest of a file may put right. */
const doubtful: ReadonlySet<string> = new Set<DefinitionCode>([
  "ambiguous-reference",
  "empty-file",
  "missing-input",
  "missing-key",
  "step-kind",
  "unknown-reference",
  "unknown-step",
  "unreachable-step",
]);

/** Takes a finding down, unless it may come only from what could not be read. */
export function add(source: SourceFile, diagnostic: Diagnostic): void {
  if (!source.isCutShort || !doubtful.has(diagnostic.code)) source.diagnostics.push(diagnostic);
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
  if (line === 0) return { line: 1, column: offset + 1 };
  const lineStart = offset - (col - 1);
  const added = source.inserted.filter((at) => lineStart <= at && at < offset).length;
  return { line, column: col - added };
}

/** A line of the text, counted from 1, without its end. */
export function lineOf(source: SourceFile, line: number): string {
  const start = source.lines.lineStarts[line - 1] ?? 0;
  const end = source.text.indexOf("\n", start);
  return source.text.slice(start, end < 0 ? undefined : end).replace(/\r$/, "");
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
