import { createHmac, timingSafeEqual } from "node:crypto";
import type { RequestHeaders } from "../../http/message.ts";

export const signatureSchemes = ["github", "stripe", "slack", "standard"] as const;
type SignatureScheme = (typeof signatureSchemes)[number];

export interface SignedRequest {
  readonly headers: RequestHeaders;
  readonly body: Buffer;
}

export interface SignatureTerms {
  readonly secrets: readonly string[];
  /** Default: the one whose headers the request has. */
  readonly scheme?: SignatureScheme | undefined;
  readonly toleranceMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What a request claims: what was signed at which time, and the signatures, any of which may fit. */
interface Claim {
  readonly content: readonly (string | Buffer)[];
  readonly signatures: readonly Buffer[];
  /** Seconds since 1970; none where the scheme has none. */
  readonly timestamp?: number;
  readonly keysOf: (secret: string) => readonly (string | Buffer)[];
}

const plainKey = (secret: string) => [secret];
const hex = /^[0-9a-f]{64}$/i;

const claims: Record<SignatureScheme, (request: SignedRequest) => Claim | undefined> = {
  github({ headers, body }) {
    const [, digest] = /^sha256=(.*)$/.exec(headers.get("x-hub-signature-256") ?? "") ?? [];
    return digest === undefined ? undefined : { content: [body], signatures: fromHex([digest]), keysOf: plainKey };
  },
  stripe({ headers, body }) {
    const parts = (headers.get("stripe-signature") ?? "").split(",").map((part) => part.trim().split("=", 2));
    const time = parts.find(([name]) => name === "t")?.[1];
    if (time === undefined) return undefined;
    const digests = parts.flatMap(([name, value]) => (name === "v1" && value ? [value] : []));
    const content = [`${time}.`, body];
    return { content, signatures: fromHex(digests), timestamp: seconds(time), keysOf: plainKey };
  },
  slack({ headers, body }) {
    const time = headers.get("x-slack-request-timestamp");
    const [, digest] = /^v0=(.*)$/.exec(headers.get("x-slack-signature") ?? "") ?? [];
    if (time === null || digest === undefined) return undefined;
    const content = [`v0:${time}:`, body];
    return { content, signatures: fromHex([digest]), timestamp: seconds(time), keysOf: plainKey };
  },
  standard({ headers, body }) {
    const [id, time, written] = ["id", "timestamp", "signature"].map((name) => headers.get(`webhook-${name}`));
    if (!id || !time || !written) return undefined;
    const signatures = written.split(" ").flatMap((part) => {
      const [version, digest] = part.split(",", 2);
      return version === "v1" && digest ? [Buffer.from(digest, "base64")] : [];
    });
    return { content: [`${id}.${time}.`, body], signatures, timestamp: seconds(time), keysOf: standardKeys };
  },
};

/** Whether one of the secrets signed these very bytes, not too long ago. Compares in constant time. */
export function isSigned(request: SignedRequest, terms: SignatureTerms): boolean {
  const claim = claimOf(request, terms.scheme);
  if (claim === undefined || !isTimely(claim, terms)) return false;
  // No early return: every signature is compared with every key.
  let isValid = false;
  for (const key of terms.secrets.flatMap(claim.keysOf)) {
    const hmac = createHmac("sha256", key);
    for (const part of claim.content) hmac.update(part);
    const expected = hmac.digest();
    for (const signature of claim.signatures) {
      if (signature.length === expected.length && timingSafeEqual(signature, expected)) isValid = true;
    }
  }
  return isValid;
}

function claimOf(request: SignedRequest, scheme: SignatureScheme | undefined): Claim | undefined {
  if (scheme !== undefined) return claims[scheme](request);
  for (const candidate of signatureSchemes) {
    const claim = claims[candidate](request);
    if (claim !== undefined) return claim;
  }
  return undefined;
}

/** A time that cannot be read is no time within the window. */
function isTimely({ timestamp }: Claim, { now, toleranceMs }: SignatureTerms): boolean {
  return timestamp === undefined || Math.abs(now - timestamp * 1_000) <= toleranceMs;
}

function seconds(text: string): number {
  return /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
}

function fromHex(digests: readonly string[]): Buffer[] {
  return digests.filter((digest) => hex.test(digest)).map((digest) => Buffer.from(digest, "hex"));
}

/** `whsec_` and base64; a secret without the mark may be either. */
function standardKeys(secret: string): readonly (string | Buffer)[] {
  if (secret.startsWith("whsec_")) return [Buffer.from(secret.slice("whsec_".length), "base64")];
  return [secret, Buffer.from(secret, "base64")].filter((key) => key.length > 0);
}
