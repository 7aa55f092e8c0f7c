/** A place in a trace: what `traceparent` says. */
export interface TracePlace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits: the span that what comes next belongs below. */
  readonly spanId: string;
  /** Whether those that only look at some traces look at this one. */
  readonly isSampled: boolean;
}

const format = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;
const noTrace = "0".repeat(32);
const noSpan = "0".repeat(16);

/** Reads a W3C `traceparent`; nothing when it is none, as the standard asks. */
export function readTraceparent(text: string | undefined | null): TracePlace | undefined {
  const [, version, traceId, spanId, flags] = format.exec(text ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || version === "ff") return undefined;
  if (traceId === noTrace || spanId === noSpan) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags!, 16) & 1) === 1 };
}

/** The same place, not to be looked at: for calls that only watch. */
export function unsampled(traceparent: string): string {
  return traceparent.replace(/-[0-9a-f]{2}$/, "-00");
}

export function writeTraceparent({ traceId, spanId, isSampled }: TracePlace): string {
  return `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;
}
