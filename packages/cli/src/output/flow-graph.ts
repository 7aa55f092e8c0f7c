import type { Flow, Step } from "@pawl/flows";

/** A flow as a Mermaid flowchart: its steps in order, what `next` leads to, and what always runs at the end. */
export function toFlowGraph(flow: Flow): string {
  const ids = new Map<Step, string>();
  for (const step of everyStep([...flow.steps, ...flow.finally])) ids.set(step, `n${ids.size}`);
  const lines = ["flowchart TD"];
  addSequence(lines, ids, flow.steps, { indent: "  ", isChained: true });
  if (flow.finally.length > 0) {
    lines.push('  subgraph finally["finally"]');
    addSequence(lines, ids, flow.finally, { indent: "    ", isChained: true });
    lines.push("  end");
    lines.push(`  ${ids.get(flow.steps.at(-1)!)} -.-> ${ids.get(flow.finally[0]!)}`);
  }
  return `${lines.join("\n")}\n`;
}

interface Place {
  readonly indent: string;
  /** Whether its steps run one after the other. */
  readonly isChained: boolean;
}

function addSequence(
  lines: string[],
  ids: ReadonlyMap<Step, string>,
  steps: readonly Step[],
  { indent, isChained }: Place,
): void {
  for (const step of steps) addStep(lines, ids, step, indent);
  if (!isChained) return;
  for (const [index, step] of steps.entries()) {
    const target = typeof step.next?.source === "string" && !step.next.dynamic ? step.next.source : undefined;
    const named = steps.find(({ id }) => id === target);
    const after = named ?? (target === "end" ? undefined : steps[index + 1]);
    if (after) lines.push(`${indent}${ids.get(step)} -->${named ? "|next|" : ""} ${ids.get(after)}`);
  }
}

function addStep(lines: string[], ids: ReadonlyMap<Step, string>, step: Step, indent: string): void {
  const id = ids.get(step)!;
  if (step.kind !== "group" && step.kind !== "parallel") {
    const [open, close] = step.approval ? ["{{", "}}"] : ["[", "]"];
    lines.push(`${indent}${id}${open}"${label(step)}"${close}`);
    return;
  }
  lines.push(`${indent}subgraph ${id}["${label(step)}"]`);
  addSequence(lines, ids, step.steps, { indent: `${indent}  `, isChained: step.kind === "group" });
  lines.push(`${indent}end`);
}

function label(step: Step): string {
  const does = step.kind === "node" ? step.uses : step.kind === "flow" ? `flow ${String(step.flow.source)}` : step.kind;
  const notes = [step.if && `if ${String(step.if.source)}`, step.loop && "loop", step.while && "while"].filter(Boolean);
  return [step.id, does, ...notes].map((text) => escaped(String(text))).join("<br>");
}

/** Mermaid reads HTML and `#…;` in labels. */
function escaped(text: string): string {
  return text.replaceAll(/[#&<>"\r\n]/g, (character) => `#${character.charCodeAt(0)};`);
}

function everyStep(steps: readonly Step[]): Step[] {
  return steps.flatMap((step) => {
    return step.kind === "group" || step.kind === "parallel" ? [step, ...everyStep(step.steps)] : [step];
  });
}
