import type { NodeStep, Step } from "../definition/flow.ts";
import { pathOfRecord } from "../definition/step-paths.ts";
import type { Json } from "../json.ts";
import {
  type NodeContext,
  type NodeDefinition,
  NodeError,
  type NodeResult,
  node,
  TransientError,
} from "../nodes/node.ts";
import type { NodeRegistry } from "../nodes/registry.ts";
import type { FlowTest, Mock, MockCall } from "./flow-test.ts";
import type { VirtualTime } from "./virtual-time.ts";

type Output = Json | NodeResult | undefined;

/** In place of a sub-flow step that is mocked. */
const subFlowNode = "a sub-flow, in a test";

/** The nodes of a test: those that act on something outside the run are what the test says they are. */
export class MockedNodes {
  /** What was called that should not have been, as sentences. */
  readonly faults: string[] = [];
  readonly registry: NodeRegistry;
  readonly #test: Pick<FlowTest, "flow" | "mocks" | "real">;
  readonly #time: VirtualTime;
  readonly #used = new Map<Mock, number>();

  constructor(nodes: NodeRegistry, test: Pick<FlowTest, "flow" | "mocks" | "real">, time: VirtualTime) {
    this.#test = test;
    this.#time = time;
    this.registry = { ...nodes, find: (name) => this.#find(nodes, name) };
  }

  /** The steps with every mocked sub-flow made a node, because a node is what can be mocked. */
  withoutSubFlows(steps: readonly Step[], prefix = ""): readonly Step[] {
    return steps.map((step) => {
      const path = `${prefix}${step.id}`;
      if (step.kind === "group" || step.kind === "parallel")
        return { ...step, steps: this.withoutSubFlows(step.steps, `${path}.`) };
      const isMocked = [...this.#test.mocks.keys()].some((name) => pathOfRecord(name) === path);
      if (step.kind !== "flow" || !isMocked) return step;
      const { flow: _, ...rest } = step;
      const made: NodeStep = { ...rest, kind: "node", uses: subFlowNode, cache: undefined, isolate: undefined };
      return made;
    });
  }

  #find(nodes: NodeRegistry, name: string): ReturnType<NodeRegistry["find"]> {
    if (name === subFlowNode) return this.#mocked(anything);
    const found = nodes.find(name);
    if (found === undefined) return undefined;
    // Loading takes real time, and none on the test's clock.
    if (found instanceof Promise) return this.#time.during(() => found).then((loaded) => this.#mocked(loaded));
    return this.#mocked(found);
  }

  #mocked<Input>(definition: NodeDefinition<Input>): NodeDefinition<Input> {
    const run = (input: Input, context: NodeContext) => this.#run(definition, input, context);
    return Object.create(definition, { run: { value: run } });
  }

  #run<Input>(definition: NodeDefinition<Input>, input: Input, context: NodeContext): Promise<Output> | Output {
    this.#time.stir();
    const mock = this.#mockOf(definition, context);
    if (mock) return this.#answer(mock, context);
    const path = pathOfRecord(context.recordId);
    if (!definition.isPure && !this.#isReal(definition, path, context)) return this.#refuse(definition, context);
    return this.#time.during(() => definition.run(input, context));
  }

  #isTested({ flowName }: NodeContext): boolean {
    return flowName === this.#test.flow.name;
  }

  #isReal({ name }: { readonly name: string }, path: string, context: NodeContext): boolean {
    return this.#test.real.has(name) || (this.#isTested(context) && this.#test.real.has(path));
  }

  #mockOf({ name }: { readonly name: string }, context: NodeContext): Mock | undefined {
    const { mocks } = this.#test;
    const byNode = mocks.get(name);
    if (!this.#isTested(context)) return byNode;
    return mocks.get(context.recordId) ?? mocks.get(pathOfRecord(context.recordId)) ?? byNode;
  }

  async #answer(mock: Mock, context: NodeContext): Promise<Output> {
    const number = this.#used.get(mock) ?? 0;
    this.#used.set(mock, number + 1);
    const call: MockCall | undefined = mock.isList ? mock.calls[number] : mock.calls[0];
    const step = stepName(context);
    if (call === undefined) {
      const count = mock.calls.length;
      return this.#fault("mock-exhausted", `${step} was called once more than its mock has calls: ${count}.`);
    }
    if (call.kind === "never") return this.#fault("not-to-be-called", `${step} was called; its mock says never.`);
    if (call.takesMs > 0) await this.#time.clock.sleep(call.takesMs, context.signal);
    if (call.kind === "output") return call.output;
    const { message, code, isPermanent, output } = call.failure;
    const options = { ...(code === undefined ? {} : { code }), ...(output === undefined ? {} : { output }) };
    throw isPermanent
      ? new NodeError(message, options)
      : new TransientError(message, { code: "node-failed", ...options });
  }

  #refuse({ name }: { readonly name: string }, context: NodeContext): never {
    const what = `${stepName(context)} is not mocked, and ${name} may act on something outside the run.`;
    const key = this.#isTested(context) ? pathOfRecord(context.recordId) : name;
    return this.#fault("not-mocked", `${what} Mock it under mocks.${key}, or let it act: real: [${key}].`);
  }

  #fault(code: string, message: string): never {
    this.faults.push(message);
    throw new NodeError(message, { code });
  }
}

function stepName({ recordId, flowName }: NodeContext): string {
  return `Step ${recordId} of "${flowName}"`;
}

const anything: NodeDefinition = node({
  name: subFlowNode,
  input: { "~standard": { version: 1, vendor: "pawl", validate: (value) => ({ value }) } },
  run: () => null,
});
