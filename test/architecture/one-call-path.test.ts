import { expect, test } from "vitest";
import { openProgram, type Surface, UserCode } from "./user-code.ts";

/** Everything that users write and Pawl calls, and what starts their programs. */
const surfaces: readonly Surface[] = [
  { file: "hooks/src/registry/hook-matcher.ts", name: "HookCallback" },
  { file: "flows/src/hooks/step-hook.ts", name: "StepExecutionHook", members: ["beforeExecute", "afterExecute"] },
  { file: "flows/src/nodes/node.ts", name: "NodeDefinition", members: ["run"] },
  { file: "flows/src/triggers/trigger.ts", name: "GeneratorTrigger", members: ["run"] },
  { file: "flows/src/triggers/trigger.ts", name: "EmitterTrigger", members: ["listen"] },
  { file: "flows/src/expression/expression-function.ts", name: "ExpressionFunction", members: ["call"] },
  { file: "flows/src/questions/input-collector.ts", name: "InputCollector", members: ["collect"] },
  { file: "networks/src/pod/pod-body.ts", name: "RunningBody", members: ["call", "start"] },
  { file: "networks/src/pod/module-hooks.ts", name: "HookFunction" },
  { file: "networks/src/pod/function-body.ts", name: "apply" },
  { file: "hooks/src/process/run-child.ts", name: "runChild" },
  { file: "hooks/src/process/persistent/persistent-program.ts", name: "PersistentProgram", members: ["call"] },
];

/** Calls that the guard does not make, or that cannot be seen to be made by it; each with the reason. */
const elsewhere: Readonly<Record<string, string>> = {
  "cli/src/commands/plugin/installation.ts runChild": "npm, which is no program of users.",
  "networks/src/isolate/worker-main.ts apply": "The thread of a pod: the guard stands around the body of the pod.",
  "flows/src/isolate/serve-nodes.ts NodeDefinition.run":
    "The thread or process of an isolated step: the guard stands around the call that comes from outside.",
  "flows/src/flow-tests/mocked-nodes.ts NodeDefinition.run":
    "Stands in for a node in tests of flows; the guard calls it.",
  "flows/src/execution/attempts/step-children.ts runChild":
    "What nodes and hooks ask their context for, inside their own call.",
};

const calls = new UserCode(openProgram(), surfaces).calls();

test("every hook, node, trigger, function, pod and program of users is called somewhere", () => {
  const names = surfaces.flatMap(({ name, members }) => members?.map((member) => `${name}.${member}`) ?? [name]);
  expect([...new Set(calls.map(({ surface }) => surface))].sort()).toEqual(names.sort());
});

test("and wherever that is, it is the guard that calls it", () => {
  const others = calls.filter(({ isGuarded }) => !isGuarded);
  const keys = others.map(({ file, surface }) => `${file.replace("packages/", "")} ${surface}`);
  const unknown = others.filter((_, index) => elsewhere[keys[index]!] === undefined);
  expect(unknown.map(({ where }) => where)).toEqual([]);
  expect(
    Object.keys(elsewhere).filter((key) => !keys.includes(key)),
    "reasons that nothing needs any more",
  ).toEqual([]);
});
