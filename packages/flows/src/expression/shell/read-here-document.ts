import {
  copy,
  doubt,
  type HereDocument,
  isMark,
  putReference,
  refuseAt,
  refuseBetween,
  type Scan,
} from "./shell-scan.ts";

/** After a line end: the bodies of the here-documents that the line announced. */
export function readHereDocuments(scan: Scan): void {
  for (const document of scan.hereDocuments.splice(0)) readHereDocument(scan, document);
}

function readHereDocument(scan: Scan, document: HereDocument): void {
  const end = bodyEnd(scan, document);
  if (end === undefined) {
    doubt(scan, "unterminated");
    return;
  }
  const start = scan.at;
  for (let at = start; at < end; at++) if (isMark(scan, at)) document.statement.marks.push(at);
  if (document.isQuoted) {
    refuseBetween(scan, start, end, "quoted-here-document");
    copy(scan, end - start);
  } else {
    if (/(?:^|[^\\])(?:\\\\)*\\\n/.test(scan.text.slice(start, end))) doubt(scan, "intricate");
    while (scan.at < end) readBodyCharacter(scan, end);
  }
  const lineEnd = scan.text.indexOf("\n", scan.at);
  copy(scan, (lineEnd < 0 ? scan.text.length : lineEnd + 1) - scan.at);
}

/** Where the line with the delimiter begins. */
function bodyEnd(scan: Scan, document: HereDocument): number | undefined {
  for (let at = scan.at; at < scan.text.length; ) {
    const lineEnd = scan.text.indexOf("\n", at);
    const line = scan.text.slice(at, lineEnd < 0 ? undefined : lineEnd);
    if ((document.stripsTabs ? line.replace(/^\t+/, "") : line) === document.delimiter) return at;
    if (lineEnd < 0) return undefined;
    at = lineEnd + 1;
  }
  return undefined;
}

function readBodyCharacter(scan: Scan, end: number): void {
  const character = scan.text[scan.at];
  if (character === "\\") {
    if (isMark(scan, scan.at + 1)) refuseAt(scan, scan.at + 1, "backslash");
    copy(scan, Math.min(2, end - scan.at));
  } else if (isMark(scan)) {
    putReference(scan, "", "");
  } else if (character === "`" || (character === "$" && /[({[]/.test(scan.text[scan.at + 1] ?? ""))) {
    skipSubstitution(scan, end);
  } else {
    copy(scan);
  }
}

/** A plain `${NAME}` is passed over; after anything else that substitutes, no expression is accepted. */
function skipSubstitution(scan: Scan, end: number): void {
  const plain = /^\$\{\w+\}/.exec(scan.text.slice(scan.at, end))?.[0];
  if (plain !== undefined) {
    copy(scan, plain.length);
    return;
  }
  refuseBetween(scan, scan.at, end, "here-document-substitution");
  copy(scan, end - scan.at);
}
