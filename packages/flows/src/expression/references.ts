import type { ASTNode } from "./cel.ts";
import type { Path } from "./path-expression.ts";

/** A name the expression begins a path with, and the literal keys that follow. Offsets are those of the source. */
export interface Reference {
  readonly root: string;
  readonly keys: readonly { readonly key: string | number; readonly start: number; readonly end: number }[];
  readonly start: number;
  readonly end: number;
}

/** Macros whose first argument is the name of a variable. */
const binders = new Set(["all", "exists", "exists_one", "map", "filter", "bind"]);
/** Calls whose cost has no bound in the size of the expression. */
const costly = new Set([...binders, "matches"]);

export function pathReference(path: Path): Reference {
  let from = path.root.length;
  const keys = path.keys.map((key, index) => {
    const end = path.ends[index]!;
    const bracket = path.source[from] === "[";
    const place = bracket
      ? { start: from + (typeof key === "number" ? 1 : 2), end: end - (typeof key === "number" ? 1 : 2) }
      : { start: from + 1, end };
    from = end;
    return { key, ...place };
  });
  return { root: path.root, keys, start: 0, end: path.root.length };
}

export interface Survey {
  readonly references: readonly Reference[];
  readonly isCostly: boolean;
  /** Names of the functions it calls. */
  readonly calls: ReadonlySet<string>;
}

/** Every name an expression reads, comprehension variables left out, and whether it may run long. */
export function survey(ast: ASTNode): Survey {
  const references: Reference[] = [];
  let isCostly = false;
  const calls = new Set<string>();
  const visit = (node: ASTNode, bound: ReadonlySet<string>): void => {
    const reference = asReference(node);
    if (reference) {
      if (!bound.has(reference.root)) references.push(reference);
      visitIndexes(node, bound);
      return;
    }
    if (node.op === "rcall" || node.op === "call") {
      isCostly ||= costly.has(node.args[0]);
      if (node.op === "call") calls.add(node.args[0]);
      visitCall(node, bound);
    } else {
      for (const child of childrenOf(node)) visit(child, bound);
    }
  };
  /** `steps.a[steps.b.output]`: the path is one reference, its computed keys are others. */
  const visitIndexes = (node: ASTNode, bound: ReadonlySet<string>): void => {
    for (let at = node; at.op !== "id"; at = (at.args as readonly [ASTNode, unknown])[0]) {
      if ((at.op === "[]" || at.op === "[?]") && at.args[1].op !== "value") visit(at.args[1], bound);
    }
  };
  const visitCall = (node: ASTNode & { op: "rcall" | "call" }, bound: ReadonlySet<string>): void => {
    const parameters = node.op === "rcall" ? node.args[2] : node.args[1];
    const variable = parameters[0];
    const binds = node.op === "rcall" && binders.has(node.args[0]) && variable?.op === "id";
    if (node.op === "rcall") visit(node.args[1], bound);
    const inner = binds ? new Set([...bound, variable.args as string]) : bound;
    for (const parameter of binds ? parameters.slice(1) : parameters) visit(parameter, inner);
  };
  visit(ast, new Set());
  return { references, isCostly, calls };
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  if (node.op === "value" || node.op === "id") return [];
  if (node.op === "!_" || node.op === "-_") return [node.args];
  if (node.op === "map") return node.args.flat();
  return (node.args as readonly unknown[]).filter(isNode);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}

/** The path a node is, up to its first computed key; nothing when it does not begin with a name. */
function asReference(node: ASTNode): Reference | undefined {
  const steps: (Reference["keys"][number] | undefined)[] = [];
  let at = node;
  while (at.op === "." || at.op === ".?" || at.op === "[]" || at.op === "[?]") {
    steps.unshift(literalKey(at));
    at = at.args[0];
  }
  if (at.op !== "id") return undefined;
  const computed = steps.indexOf(undefined);
  const keys = (computed < 0 ? steps : steps.slice(0, computed)) as Reference["keys"];
  return { root: at.args, keys, start: at.range.start, end: at.range.end };
}

function literalKey(node: ASTNode & { op: "." | ".?" | "[]" | "[?]" }): Reference["keys"][number] | undefined {
  if (node.op === "." || node.op === ".?") {
    return { key: node.args[1], start: node.range.end - node.args[1].length, end: node.range.end };
  }
  const key = node.args[1];
  if (key.op !== "value" || (typeof key.args !== "string" && typeof key.args !== "bigint")) return undefined;
  const isText = typeof key.args === "string";
  return {
    key: isText ? (key.args as string) : Number(key.args),
    start: key.range.start + (isText ? 1 : 0),
    end: key.range.end - (isText ? 1 : 0),
  };
}
