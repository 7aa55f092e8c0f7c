/** What OTLP calls a span: a time in which something was done, and for whom. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** Nothing for the beginning of a trace. */
  readonly parentSpanId: string | undefined;
  readonly name: string;
  /** Milliseconds since 1970, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Why it did not come out well; nothing when it did. */
  readonly error: string | undefined;
}
