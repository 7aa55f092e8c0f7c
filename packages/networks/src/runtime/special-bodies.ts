import { dirname, resolve } from "node:path";
import type { Engine, Flow } from "@pawl/flows";
import type { Logger } from "@pawl/hooks/guard";
import { WorkerBody } from "../isolate/worker-body.ts";
import { commandBody } from "../pod/command-body.ts";
import { flowBody } from "../pod/flow-body.ts";
import { moduleFile } from "../pod/load-module.ts";
import type { Network, Pod } from "../topology/network.ts";
import { podTypes } from "../topology/pod-type.ts";
import type { BodyFactory } from "./load-bodies.ts";

export interface SpecialBodyOptions {
  readonly log: Logger;
  /** What runs pods that are flows. */
  readonly flows?: {
    readonly engine: Engine;
    readonly findFlow: (name: string) => Flow | undefined | Promise<Flow | undefined>;
  };
}

/** What answers in pods that are no function of this process: programs, flows, isolated modules. */
export function specialBodies(options: SpecialBodyOptions): (pod: Pod) => BodyFactory | undefined {
  const { log, flows } = options;
  return ({ body, isolate, type }) => {
    const rule = podTypes[type];
    if (body.kind === "command") {
      return (_, network) => commandBody({ argv: body.argv, cwd: folderOf(network), hook: rule.snakeHook, log });
    }
    if (body.kind === "flow") {
      return flows === undefined ? undefined : () => flowBody(flows.engine, body.flow, flows.findFlow);
    }
    if (isolate !== "worker") return undefined;
    return (pod, network) => {
      const file = moduleFile(network, pod);
      if (file === undefined) throw new Error(`"${pod.id}" is isolated and has no module.`);
      return new WorkerBody({ file, hooks: [rule.hook, rule.snakeHook] }, log);
    };
  };
}

function folderOf(network: Network): string | undefined {
  return network.file === undefined ? undefined : dirname(resolve(network.file));
}
