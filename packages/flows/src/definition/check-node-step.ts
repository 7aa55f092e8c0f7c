import { didYouMean, nearest } from "@pawl/hooks/diagnostics";
import type { Catalogue } from "./catalogue.ts";
import type { NodeStep } from "./flow.ts";
import { type Fields, given } from "./map-reader.ts";
import { report, type SourceFile, type Span } from "./source-file.ts";

/** What can be said of a step before it runs: its node exists and takes what it is given. */
export function checkNodeStep(source: SourceFile, catalogue: Catalogue, fields: Fields, step: NodeStep): void {
  const uses = given(fields, "uses")!;
  if (catalogue.nodes && !catalogue.nodes.has(step.uses)) {
    reportUnknownName(source, catalogue, {
      code: "unknown-node",
      what: "node",
      name: step.uses,
      span: uses.span,
      known: catalogue.nodes.keys(),
    });
  }
}

export function reportUnknownName(
  source: SourceFile,
  catalogue: Catalogue,
  finding: {
    code: "unknown-node" | "unknown-trigger" | "unknown-hook" | "unknown-flow";
    what: string;
    name: string;
    span: Span;
    known: Iterable<string>;
  },
): void {
  const { code, what, name, span } = finding;
  const known = [...finding.known];
  const suggestion =
    didYouMean(name, known) || (catalogue.isPartial ? " A plugin may bring it: they are not loaded." : "");
  const severity = catalogue.isPartial ? "warning" : "error";
  report(source, span, {
    code,
    severity,
    message: `unknown ${what} "${name}".${suggestion}`,
    hint: nearest(name, known),
  });
}
