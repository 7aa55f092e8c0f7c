import type { Catalogue, FlowFile, LoadedProject } from "@pawl/flows";

const latest = new WeakMap<LoadedProject, ReadonlySet<string>>();
const hookNames = new WeakMap<LoadedProject["hooks"], ReadonlySet<string>>();

/** What flow files of a project may name. The parts are the same objects as long as they say the same. */
export async function catalogueOf(loaded: LoadedProject, files: readonly FlowFile[]): Promise<Catalogue> {
  const { namesOf } = await import("@pawl/flows");
  const flows = new Set(files.flatMap((file) => file.name ?? []));
  const known = latest.get(loaded);
  const isSame = known?.size === flows.size && [...flows].every((name) => known.has(name));
  if (!isSame) latest.set(loaded, flows);
  return {
    nodes: namesOf(loaded.nodes),
    triggers: namesOf(loaded.triggers),
    hooks: hooksOf(loaded),
    flows: isSame ? known : flows,
    functions: loaded.functions,
    isPartial: loaded.isPartial,
  };
}

/** What `hooks:` of a flow may name: the built-in one, and those of plugins, which meet every flow anyway. */
function hooksOf({ hooks }: LoadedProject): ReadonlySet<string> {
  const known = hookNames.get(hooks) ?? new Set(["audit", ...hooks.flatMap(({ name }) => name ?? [])]);
  hookNames.set(hooks, known);
  return known;
}
