import type { Flow } from "../definition/flow.ts";
import { parseFlow } from "../definition/parse-flow.ts";
import type { RunRecord } from "../durability/records.ts";
import { RunFault } from "../execution/failure.ts";
import type { FunctionSet } from "../expression/function-set.ts";

const maxKept = 200;

/** The definitions that runs keep, parsed once while they are in use. */
export class Definitions {
  readonly #flows = new Map<string, Flow>();
  readonly #parsing = new Map<string, Promise<Flow>>();
  #functions: FunctionSet | undefined;

  constructor(functions?: FunctionSet) {
    this.#functions = functions;
  }

  /** From now on, definitions are compiled with these functions. Who has one keeps it as it is. */
  renew(functions: FunctionSet | undefined): void {
    this.#functions = functions;
    this.#flows.clear();
    this.#parsing.clear();
  }

  remember(flow: Flow): void {
    this.#flows.delete(flow.hash);
    this.#flows.set(flow.hash, flow);
    if (this.#flows.size > maxKept) this.#flows.delete(this.#flows.keys().next().value!);
  }

  of(run: RunRecord): Flow | Promise<Flow> {
    const known = this.#flows.get(run.definition.hash);
    return known !== undefined && known.name === run.flow ? known : this.#parseOnce(run);
  }

  #parseOnce(run: RunRecord): Promise<Flow> {
    const key = `${run.flow} ${run.definition.hash}`;
    let parsing = this.#parsing.get(key);
    if (parsing === undefined) {
      parsing = this.#parse(run).finally(() => this.#parsing.delete(key));
      this.#parsing.set(key, parsing);
    }
    return parsing;
  }

  async #parse({ definition, flow: name }: RunRecord): Promise<Flow> {
    const { flow, diagnostics } = await parseFlow(definition.text, {
      file: definition.file,
      functions: this.#functions,
    });
    if (flow === undefined) {
      const why = diagnostics.find((diagnostic) => diagnostic.severity === "error")?.message ?? "";
      throw new RunFault(
        "invalid-definition",
        `The definition of "${name}" that this run keeps cannot be read: ${why}`,
      );
    }
    this.remember(flow);
    return flow;
  }
}
