import type { Diagnostic } from "@pawl/hooks/diagnostics";
import { silentLogger } from "@pawl/hooks/guard";
import { createPodLoader } from "../pod/load-module.ts";
import { NetworkError, type RunningNetwork, startNetwork } from "../runtime/running-network.ts";
import { specialBodies } from "../runtime/special-bodies.ts";
import { answerOrders } from "../sending/answer-orders.ts";
import { LockedError } from "../transport/transport.ts";
import type { NetworkFile } from "./load-network.ts";
import type { StartNetworksOptions } from "./start-options.ts";

export interface Starting {
  readonly options: StartNetworksOptions;
  readonly runs: Map<string, RunningNetwork>;
  readonly diagnostics: Diagnostic[];
}

/** Starts the network of a file and puts it among those that run. What hinders it is a diagnostic. */
export async function startOne(file: NetworkFile, { options, runs, diagnostics }: Starting): Promise<void> {
  const log = options.log ?? silentLogger;
  const network = file.network!;
  try {
    const run = await startNetwork(network, {
      transport: options.transport,
      loadModule: createPodLoader(options.provide),
      special: specialBodies({ log, ...(options.flows === undefined ? {} : { flows: options.flows }) }),
      log,
      hasHeartbeat: options.http !== undefined,
      ...(options.pods === undefined ? {} : { pods: options.pods }),
      ...(options.mask === undefined ? {} : { mask: options.mask }),
      ...(options.isStrict === undefined ? {} : { isStrict: options.isStrict }),
      ...(options.http === undefined ? {} : { url: options.http.url }),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    });
    answerOrders(run);
    runs.set(network.name, run);
  } catch (error) {
    if (error instanceof NetworkError)
      diagnostics.push(...error.diagnostics.map((found) => ({ file: file.file, ...found })));
    else if (error instanceof LockedError) {
      diagnostics.push({
        code: error.code,
        severity: "error",
        message: error.message,
        file: file.file,
        line: 1,
        column: 1,
      });
    } else throw error;
  }
}

export function sameName(file: NetworkFile, known: RunningNetwork): Diagnostic {
  const message = `There are two networks called "${known.network.name}"; the other is in ${known.network.file}.`;
  return { code: "bad-id", severity: "error", message, file: file.file, line: 1, column: 1 };
}
