import { appendFile, mkdir, rename, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import type { NodeContext } from "../nodes/node.ts";
import type { ChainedHook } from "./hook-chain.ts";

export interface AuditOptions {
  /** Where the lines go. Folders are made. */
  readonly file: string;
  /** Bytes after which the file is put aside as `<file>.1`, over the one before. Default: 64 MiB. */
  readonly maxBytes?: number;
}

/** Writes one line of JSON for each step that has ended: who, what, when, how long, with what result. */
export function createAuditHook({ file, maxBytes = 64 * 1024 * 1024 }: AuditOptions): ChainedHook {
  const begun = new WeakMap<NodeContext, number>();
  const user = userName();
  let last: Promise<void> = Promise.resolve();
  const write = (line: string): Promise<void> => {
    // One after another, so that the file is not put aside under a line.
    const written = last.then(() => appendLine(file, line, maxBytes));
    last = written.catch(() => {});
    return written;
  };
  return {
    name: "audit",
    hook: {
      beforeExecute(context) {
        begun.set(context, context.clock.monotonic());
      },
      afterExecute(context, step, result) {
        const now = context.clock.monotonic();
        const entry = {
          time: new Date(context.clock.now()).toISOString(),
          user,
          flow: context.flowName,
          run: context.runId,
          step: step.id,
          record: context.recordId,
          node: step.uses,
          status: result.status,
          ...(result.error === undefined ? {} : { error: result.error.code }),
          attempts: context.attempt,
          duration_ms: Math.round(now - (begun.get(context) ?? now)),
        };
        return write(`${JSON.stringify(entry)}\n`);
      },
    },
  };
}

async function appendLine(file: string, line: string, maxBytes: number): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined) await mkdir(dirname(file), { recursive: true });
  else if (size + line.length > maxBytes) await rename(file, `${file}.1`);
  await appendFile(file, line, { mode: 0o600 });
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the user database, as containers have.
    return String(process.getuid?.() ?? "unknown");
  }
}
