import { type Operation, type ProblemCodes, webhookCodes } from "@pawl/flows";
import { networkApiCodes } from "@pawl/networks";
import { serverCodes } from "../codes.ts";

const known: ProblemCodes = { ...webhookCodes, ...networkApiCodes, ...serverCodes };
const always = ["malformed-request", "rate-limited", "internal-error", "server-draining"] as const;

/** Responses of the problems that an operation can answer with, by status. */
export function problemsOf(operation: Operation): Record<string, object> {
  const byStatus = new Map<number, string[]>();
  for (const code of codesOf(operation)) {
    const { status } = known[code]!;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, responseOf(codes)]));
}

function codesOf({ access = "token", query, body, problems = [] }: Operation): Set<string> {
  return new Set([
    ...always,
    ...(typeof access === "object" ? [] : ["unknown-host", "foreign-origin"]),
    ...(access === "token" ? ["token-required"] : []),
    ...(query || body ? ["invalid-request"] : []),
    ...(body ? ["body-too-large", "request-timeout", "unsupported-media-type", "invalid-json"] : []),
    ...problems,
  ]);
}

function responseOf(codes: readonly string[]): object {
  const schema = { $ref: "#/components/schemas/Problem", properties: { code: { enum: codes } } };
  return {
    description: codes.map((code) => `\`${code}\`: ${known[code]!.meaning}`).join("\n\n"),
    content: { "application/problem+json": { schema } },
  };
}
