import type { Logger } from "@pawl/hooks/guard";
import { PersistentProgram } from "@pawl/hooks/process";
import type { RunningBody } from "./pod-body.ts";

export interface CommandBodyOptions {
  readonly argv: readonly [string, ...string[]];
  /** Default: this process's folder. */
  readonly cwd: string | undefined;
  /** The hook it stands for, such as `on_receive_relay`; the program is told. */
  readonly hook: string;
  readonly log: Logger;
}

/**
 * A pod whose hook is a program, started once. It gets one line of JSON per message,
 * `{"id":1,"input":{"hook","payload","headers"?,"context":{…}}}`, and answers `{"id":1,"output":{…}}`; an output of
 * null sends nothing.
 */
export function commandBody(options: CommandBodyOptions): RunningBody {
  const { argv, cwd, hook, log } = options;
  const program = new PersistentProgram({
    argv,
    cwd,
    onReport: (report) => log.warn(report.message, { code: report.code }),
  });
  return {
    call(input, context) {
      const { pod, id, correlationId, attempt, traceparent, sources, missing } = context;
      const told = { pod, id, correlationId, attempt, traceparent, sources, missing };
      return program.call({ hook, ...input, context: told }, { signal: context.signal });
    },
    close: () => program.close(),
  };
}
