import { didYouMean, nearest } from "@pawl/hooks/diagnostics";
import type { Names } from "../definition/catalogue.ts";
import type { Flow, Step } from "../definition/flow.ts";
import { report, type SourceFile, type Span } from "../definition/source-file.ts";
import { pathOfRecord, pathsNamed, stepPaths } from "../definition/step-paths.ts";

const askingNodes = new Set(["human.approval", "human.input"]);

/** What the project offers to every flow. */
interface Offered {
  readonly nodes: Names;
  readonly secrets: Iterable<string>;
  readonly isPartial: boolean;
}

/** The names that a test of a flow may use. */
export class TestedFlow {
  readonly flow: Flow;
  readonly #paths: readonly string[];
  readonly #asking: ReadonlySet<string>;
  readonly #nodes: Names;

  /** Those of the flow and of the project. */
  readonly secrets: readonly string[];

  readonly isPartial: boolean;

  constructor(flow: Flow, { nodes, secrets, isPartial }: Offered) {
    this.flow = flow;
    this.#nodes = nodes;
    this.isPartial = isPartial;
    this.secrets = [...Object.keys(flow.secrets), ...secrets];
    this.#paths = stepPaths(flow);
    this.#asking = new Set([...askingPaths(flow.steps, ""), ...askingPaths(flow.finally, "")]);
  }

  /** A step or record by its full path; what is none is reported. */
  stepNamed(source: SourceFile, name: string, span: Span): string | undefined {
    const meant = this.#find(name);
    if (meant.length === 1) return meant[0];
    const message =
      meant.length > 1
        ? `Several steps of "${this.flow.name}" are called ${name}: ${meant.join(", ")}.`
        : `The flow "${this.flow.name}" has no step "${name}".${this.#suggest(name, this.#shortNames())}`;
    const hint = meant[0] ?? nearest(name, this.#shortNames());
    report(source, span, { code: "unknown-step", message, hint });
    return undefined;
  }

  /** The same, or the name of a node. */
  stepOrNodeNamed(source: SourceFile, name: string, span: Span): string | undefined {
    if (this.#find(name).length === 0 && this.#nodes.has(name)) return name;
    if (!name.includes(".") || this.#find(name).length > 0) return this.stepNamed(source, name, span);
    const known = [...this.#nodes.keys(), ...this.#shortNames()];
    const message = `"${name}" is neither a step of "${this.flow.name}" nor a node.${didYouMean(name, known)}`;
    const severity = this.isPartial ? "warning" : "error";
    report(source, span, { code: "unknown-node", message, hint: nearest(name, known), severity });
    return this.isPartial ? name : undefined;
  }

  /** Whether a step asks a person. */
  asks(path: string): boolean {
    return this.#asking.has(pathOfRecord(path));
  }

  get asking(): readonly string[] {
    return [...this.#asking];
  }

  #find(name: string): string[] {
    const path = pathOfRecord(name);
    const meant = pathsNamed(path, this.#paths);
    // A record is told by its full id: `group[1].child` cannot be made from `child`.
    if (path !== name) return meant.includes(path) ? [name] : [];
    return [...meant];
  }

  #shortNames(): string[] {
    return [...new Set([...this.#paths, ...this.#paths.map((path) => path.slice(path.lastIndexOf(".") + 1))])];
  }

  #suggest(name: string, known: readonly string[]): string {
    return didYouMean(name, known) || ` Its steps: ${this.#paths.slice(0, 12).join(", ")}.`;
  }
}

function askingPaths(steps: readonly Step[], prefix: string): string[] {
  return steps.flatMap((step) => {
    const path = `${prefix}${step.id}`;
    const asks = step.approval !== undefined || (step.kind === "node" && askingNodes.has(step.uses));
    const children = step.kind === "group" || step.kind === "parallel" ? askingPaths(step.steps, `${path}.`) : [];
    return asks ? [path, ...children] : children;
  });
}
