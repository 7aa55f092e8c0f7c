import { didYouMean, nearest } from "@pawl/hooks/diagnostics";
import { isMap } from "yaml";
import type { Json } from "../json.ts";
import type { Catalogue, Names } from "./catalogue.ts";
import { checkInputs } from "./check-inputs.ts";
import { checkSchedule, scheduleInputs } from "./check-schedule.ts";
import { checkShell } from "./check-shell.ts";
import type { DefinitionCode } from "./codes.ts";
import { type Fields, given, readFields } from "./map-reader.ts";
import { report, type SourceFile, type Span } from "./source-file.ts";

/** A use of a node or trigger: its name, and the fields of the step or trigger it stands in. */
export interface Use {
  readonly name: string;
  readonly fields: Fields;
  readonly inputs: Json;
}

/** What can be said of a step before it runs: its node exists and takes what it is given. */
export function checkNodeUse(source: SourceFile, catalogue: Catalogue, use: Use): void {
  if (use.name === "shell.run") checkShell(source, inputFields(source, use));
  if (!isKnownName(source, catalogue, { code: "unknown-node", what: "node", use, known: catalogue.nodes })) return;
  later(source, catalogue.nodes, use, []);
}

/** The same of a trigger. */
export function checkTriggerUse(source: SourceFile, catalogue: Catalogue, use: Use): void {
  const isSchedule = use.name === "cron";
  if (isSchedule) source.checks.push(() => checkSchedule(source, inputFields(source, use)));
  if (!isKnownName(source, catalogue, { code: "unknown-trigger", what: "trigger", use, known: catalogue.triggers }))
    return;
  later(source, catalogue.triggers, use, isSchedule ? scheduleInputs : []);
}

function inputFields(source: SourceFile, { fields }: Use): Fields {
  const node = given(fields, "with")?.node;
  return (isMap(node) && readFields(source, node, "with")) || new Map();
}

/** Schemas are looked at when everything else has been read: loading them takes time, and no mistake waits for it. */
function later(source: SourceFile, names: Names | undefined, use: Use, skip: readonly string[]): void {
  if (!names?.find) return;
  source.checks.push(async () => {
    const described = await names.find!(use.name);
    if (!described) return;
    const field = given(use.fields, "with");
    const span = field?.keySpan ?? given(use.fields, "uses")!.span;
    const inputs = { owner: use.name, value: use.inputs, field, span, skip };
    await checkInputs(source, inputs, described);
  });
}

interface NameCheck {
  readonly code: DefinitionCode;
  readonly what: string;
  readonly use: Use;
  readonly known: Names | undefined;
}

function isKnownName(source: SourceFile, catalogue: Catalogue, { code, what, use, known }: NameCheck): boolean {
  if (!known) return false;
  if (known.has(use.name)) return true;
  reportUnknownName(source, catalogue, {
    code,
    what,
    name: use.name,
    span: given(use.fields, "uses")!.span,
    known: known.keys(),
    suggestion: known.suggest?.(use.name),
  });
  return false;
}

export interface UnknownName {
  readonly code: DefinitionCode;
  readonly what: string;
  readonly name: string;
  readonly span: Span;
  readonly known: Iterable<string>;
  /** Default: the nearest of them. */
  readonly suggestion?: string | undefined;
}

/** An error, or a warning when plugins are not loaded that may bring the name. */
export function reportUnknownName(source: SourceFile, catalogue: Catalogue, unknown: UnknownName): void {
  const { code, what, name, span } = unknown;
  const known = [...unknown.known];
  const suggestion =
    (unknown.suggestion ?? didYouMean(name, known)) ||
    (catalogue.isPartial ? " A plugin may bring it: they are not loaded." : "");
  const severity = catalogue.isPartial ? "warning" : "error";
  report(source, span, {
    code,
    severity,
    message: `unknown ${what} "${name}".${suggestion}`,
    hint: nearest(name, known),
  });
}
