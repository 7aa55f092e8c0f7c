import type { Json } from "../json.ts";
import { NodeResult } from "../nodes/node.ts";

/**
 * What a hook returned, as a result. A plain object of the same shape is fine.
 * @returns nothing for no result; a sentence for anything that is neither
 */
export function readHookResult(value: unknown): NodeResult | string | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof NodeResult) return value;
  if (typeof value !== "object") return expected(`a ${typeof value}`);
  const { status, output, error } = value as Partial<NodeResult>;
  if (status !== "success" && status !== "failed" && status !== "suspended") {
    return expected(`an object with the status ${JSON.stringify(status) ?? "undefined"}`);
  }
  return new NodeResult({
    status,
    output: (output ?? null) as Json,
    ...(error === undefined ? {} : { error: readError(error) }),
  });
}

function readError(error: unknown): { code: string; message: string } {
  if (typeof error === "string") return { code: "node-failed", message: error };
  const { code, message } = error as { code?: unknown; message?: unknown };
  return { code: String(code ?? "node-failed"), message: String(message ?? "It failed without saying why.") };
}

function expected(found: string): string {
  return `It returned ${found}; a NodeResult (status success, failed or suspended) or nothing was expected.`;
}
