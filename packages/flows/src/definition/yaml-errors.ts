import { type Document, visit, type YAMLError } from "yaml";
import { lineOf, parseDocuments, report, type SourceFile, type Span, spanOf } from "./source-file.ts";
import { mended, mendLine } from "./unquoted.ts";

/** Each mend costs another parse: many for small files, few for large ones. */
const maxMends = 50;
const maxCharactersParsedAgain = 500_000;

/** Errors of YAML that say nothing about what follows them. */
const isolated: ReadonlySet<string> = new Set(["BAD_DQ_ESCAPE", "BAD_ALIAS", "BAD_SCALAR_START", "TAG_RESOLVE_FAILED"]);

/**
 * Parses; where a value lacks quotes, says so, puts them in and parses again, so that the rest of the file is read, too.
 */
export function parseMending(source: SourceFile): Document.Parsed[] {
  const rounds = Math.min(maxMends, maxCharactersParsedAgain / source.text.length);
  for (let round = 0; ; round++) {
    const documents = parseDocuments(source);
    const error = firstError(documents);
    if (!error || round >= rounds || !mendAt(source, error)) return documents;
  }
}

function firstError(documents: readonly Document.Parsed[]): YAMLError | undefined {
  let first: YAMLError | undefined;
  for (const { errors } of documents)
    for (const error of errors) if (!first || error.pos[0] < first.pos[0]) first = error;
  return first;
}

function mendAt(source: SourceFile, error: YAMLError): boolean {
  const number = source.lines.linePos(error.pos[0]).line;
  const line = lineOf(source, number);
  const mend = mendLine(line);
  if (!mend) return false;
  const start = source.lines.lineStarts[number - 1] ?? 0;
  const { code, message } = mend;
  report(
    source,
    { start: start + mend.start, end: start + mend.end },
    { code, message, hint: mended(line, mend).trim() },
  );
  source.text = source.text.slice(0, start) + mended(line, mend) + source.text.slice(start + line.length);
  const added = mend.inserts.map((at, index) => start + at + index);
  const moved = source.inserted.map((at) => at + mend.inserts.filter((insert) => start + insert <= at).length);
  source.inserted = [...moved, ...added];
  return true;
}

/** Of errors that follow from each other only the first is told. */
export function reportErrors(source: SourceFile): void {
  let isCascade = false;
  const errors = [...(source.document?.errors ?? [])].sort((a, b) => a.pos[0] - b.pos[0]);
  for (const error of errors) {
    const span = { start: error.pos[0], end: error.pos[0] + 1 };
    const open = /closing/.test(error.message) ? openQuote(source, span.start) : undefined;
    if (isolated.has(error.code)) report(source, span, { code: "yaml-syntax", message: sentence(error) });
    else if (!isCascade) {
      isCascade = true;
      if (open) reportOpenQuote(source, open);
      else report(source, span, { code: "yaml-syntax", message: sentence(error) });
    }
  }
  source.isCutShort = isCascade;
}

/** The quoted value that a missing quote leaves open: everything after it is inside. */
function openQuote(source: SourceFile, end: number): Span | undefined {
  let found: Span | undefined;
  visit(source.document!, {
    Scalar(_, node) {
      const span = spanOf(node);
      const isQuoted = span && /^["']/.test(source.text.slice(span.start, span.start + 1));
      if (isQuoted && span.start < end && end <= span.end) found = span;
    },
  });
  return found;
}

function reportOpenQuote(source: SourceFile, open: Span): void {
  const message = "This quote is never closed, so everything after it is part of the value.";
  report(source, open, { code: "yaml-syntax", message });
  source.unreadable.push(open);
}

const plainly: readonly (readonly [RegExp, string])[] = [
  [/^Flow sequence/, "A [ before this has no ] that ends it."],
  [/^Flow map/, "A { before this has no } that ends it."],
  [
    /without - indicator/,
    'The indentation does not fit: an item of a list begins with "- ", in the column of the others.',
  ],
  [/same column/, "The indentation does not fit: the keys of a map begin in the same column."],
  [
    /^Nested mappings|^Implicit map keys|^Block collections|^A block sequence/,
    "A map or list begins where none can: its lines go below, indented, or the value is quoted.",
  ],
  [/^Tabs/, "Indentation is made of spaces; here is a tab."],
  [
    /^Unexpected|^Not a YAML token|^Invalid/,
    "This does not belong here: look for a quote, bracket or colon that is missing or too many before it.",
  ],
];

/** YAML's words in plain ones; its names of tokens help nobody. */
function sentence({ message }: YAMLError): string {
  const known = plainly.find(([pattern]) => pattern.test(message));
  if (known) return known[1];
  const text = message
    .split("\n", 1)[0]!
    .replace(/\p{Cc}/gu, "")
    .trim()
    .slice(0, 200);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
