import { nearest } from "@pawl/hooks/diagnostics";
import type { Expression } from "./expression.ts";
import type { FunctionSet } from "./function-set.ts";
import { loopNames, rootNames, stepFields, triggerFields } from "./names.ts";
import type { Reference } from "./references.ts";

/** The names that exist where an expression stands. What is left out is not checked. */
export interface KnownNames {
  /** Names an expression may begin with. Default: all but those of loops. */
  readonly roots?: ReadonlySet<string>;
  /** Every step id, with the ids of its children when it is a group. */
  readonly steps?: ReadonlyMap<string, ReadonlySet<string>>;
  /** Ids that several children of groups share, with the names that tell them apart. */
  readonly ambiguous?: ReadonlyMap<string, readonly string[]>;
  readonly inputs?: ReadonlySet<string>;
  readonly secrets?: ReadonlySet<string>;
  /** What plugins add to the functions that every expression has. */
  readonly functions?: FunctionSet | undefined;
  /** Plugins have not been loaded: a function that is not known is a warning, for one of them may bring it. */
  readonly isPartial?: boolean | undefined;
}

export interface NameProblem {
  readonly code: "ambiguous-reference" | "unknown-name" | "unknown-reference";
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly hint?: string | undefined;
}

/** Names that CEL itself gives a meaning. */
const celNames = new Set(
  "google cel optional int uint double bool string bytes list map type null_type dyn".split(" "),
);
const outsideLoops = new Set(rootNames);
const words: Record<string, string> = { True: "true", False: "false", None: "null", nil: "null", undefined: "null" };

export function checkNames(expression: Expression, known: KnownNames): NameProblem[] {
  return expression.references.flatMap((reference) => checkReference(expression.source, reference, known) ?? []);
}

function checkReference(source: string, reference: Reference, known: KnownNames): NameProblem | undefined {
  const roots = known.roots ?? outsideLoops;
  if (!roots.has(reference.root))
    return celNames.has(reference.root) ? undefined : unknownRoot(source, reference, roots);
  const [first] = reference.keys;
  if (first === undefined) return undefined;
  if (reference.root === "steps" && known.steps) return checkStep(reference, known.steps, known.ambiguous);
  if (reference.root === "trigger") return checkKey(first, "trigger", new Set(triggerFields));
  if (reference.root === "inputs" && known.inputs) return checkKey(first, "inputs", known.inputs);
  if (reference.root === "secrets" && known.secrets) return checkKey(first, "secrets", known.secrets);
  if (reference.root === "visits" && known.steps) return checkKey(first, "visits", new Set(known.steps.keys()));
  return undefined;
}

type Key = Reference["keys"][number];

function checkStep(
  reference: Reference,
  steps: NonNullable<KnownNames["steps"]>,
  ambiguous: KnownNames["ambiguous"],
): NameProblem | undefined {
  const [step, field] = reference.keys;
  const paths = ambiguous?.get(String(step!.key));
  if (paths) {
    const message = `Several groups have a step ${step!.key}: write ${paths.map((path) => `steps.${path}`).join(" or ")}.`;
    return { code: "ambiguous-reference", message, start: step!.start, end: step!.end, hint: `steps.${paths[0]}` };
  }
  const children = steps.get(String(step!.key));
  if (!children) {
    const near = nearest(String(step!.key), steps.keys());
    const suggestion = near === undefined ? listed("Steps here", steps.keys()) : ` Did you mean ${near}?`;
    const message = `steps.${step!.key} has no step behind it.${suggestion}`;
    return { code: "unknown-reference", message, start: step!.start, end: step!.end, hint: near };
  }
  if (field === undefined || typeof field.key === "number") return undefined;
  return checkKey(field, `steps.${step!.key}`, new Set([...stepFields, ...children]));
}

function checkKey(key: Key, owner: string, names: ReadonlySet<string>): NameProblem | undefined {
  if (names.has(String(key.key))) return undefined;
  const near = nearest(String(key.key), names);
  const suggestion = near === undefined ? listed("There are", names) : ` Did you mean ${near}?`;
  const message = `${owner} has no "${key.key}".${suggestion}`;
  return { code: "unknown-reference", message, start: key.start, end: key.end, hint: near };
}

function unknownRoot(source: string, reference: Reference, roots: ReadonlySet<string>): NameProblem {
  const { root, start, end } = reference;
  const place = { code: "unknown-name" as const, start, end };
  if (loopNames.includes(root)) {
    return { ...place, message: `${root} exists only in a step with a loop, or in a step inside one.` };
  }
  const hyphen = /(\b[A-Za-z_]\w*)-$/.exec(source.slice(0, start));
  if (hyphen) {
    const hint = `["${hyphen[1]}-${root}"]`;
    return { ...place, message: `"-" subtracts. A name with a hyphen is written ${hint}.`, hint };
  }
  const near = Object.hasOwn(words, root) ? words[root] : nearest(root, [...roots, "true", "false", "null"]);
  const suggestion = near === undefined ? listed("Expressions know", roots) : ` Did you mean ${near}?`;
  return { ...place, message: `There is no "${root}" here.${suggestion}`, hint: near };
}

function listed(title: string, names: Iterable<string>): string {
  const all = [...names];
  if (all.length === 0) return "";
  return ` ${title}: ${all.slice(0, 12).join(", ")}${all.length > 12 ? ", …" : ""}.`;
}
