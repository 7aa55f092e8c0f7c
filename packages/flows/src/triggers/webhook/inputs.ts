import { z } from "zod";
import { duration, maxBytes, texts } from "../inputs.ts";
import { signatureSchemes } from "./signature.ts";

export const webhookInput: z.ZodType<WebhookInput> = z
  .strictObject({
    path: z
      .string()
      .regex(/^\/?[\w.~-]+(?:\/[\w.~-]+)*$/, "expected a path like orders or shop/orders")
      .optional()
      .describe("Below /webhooks; with a port of its own, the whole path. Default: the flow's name, or /webhook."),
    port: z.number().int().min(0).max(65_535).optional().describe("A port of its own. Default: the server's."),
    host: z.string().min(1).optional().describe("With port: the address to listen on. Default: 127.0.0.1."),
    method: z
      .union([z.string(), z.array(z.string()).min(1)])
      .default("POST")
      .transform((value) => [value].flat().map((method) => method.toUpperCase())),
    accept: texts
      .optional()
      .describe("Media types beside JSON: `text/plain`, `application/x-www-form-urlencoded`, `*/*`."),
    secret: texts.optional().describe("What requests are signed with; several while it is being changed."),
    signature: z.enum(signatureSchemes).optional().describe("How they are signed. Default: as the request says."),
    tolerance: duration.optional().describe("How old a signed request may be. Default: 5m."),
    respond: z.enum(["accepted", "result"]).default("accepted"),
    wait: duration.optional().describe("With `respond: result`: how long the answer may take. Default: 30s."),
    max_bytes: maxBytes,
  })
  .refine(({ host, port }) => host === undefined || port !== undefined, {
    path: ["host"],
    message: "host has an effect only with a port",
  })
  .refine(({ signature, secret }) => signature === undefined || secret !== undefined, {
    path: ["signature"],
    message: "a signature cannot be checked without a secret",
  }) as unknown as z.ZodType<WebhookInput>;

/** Times are milliseconds. */
export interface WebhookInput {
  readonly path?: string | undefined;
  readonly port?: number | undefined;
  readonly host?: string | undefined;
  /** Upper-case. */
  readonly method: readonly string[];
  readonly accept?: readonly string[] | undefined;
  readonly secret?: readonly string[] | undefined;
  readonly signature?: (typeof signatureSchemes)[number] | undefined;
  readonly tolerance?: number | undefined;
  readonly respond: "accepted" | "result";
  readonly wait?: number | undefined;
  readonly max_bytes: number;
}
