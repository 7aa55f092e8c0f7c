import type { Json, JsonObject } from "@pawl/flows";

/** What a step of a flow wants to have sent. It is the same in every process that may carry it out. */
export interface Sending {
  readonly network: string;
  readonly pod: string;
  readonly data: JsonObject;
  /** The same key is the same message, however often it is sent. */
  readonly key: string;
  readonly traceparent: string;
  /** How long to wait for what comes out; nothing to go on as soon as the message is durable. */
  readonly waitMs: number | undefined;
}

/** What became of it. */
export type Sent =
  | {
      /** `pending`: it goes on, and the wait was over first. */
      readonly status: "accepted" | "suppressed" | "completed" | "pending";
      readonly correlationId: string;
      /** Of a wait: what each end was given, and which ends got nothing, and why. */
      readonly ends?: SettledEnds;
    }
  | { readonly status: "refused"; readonly message: string; readonly isRetryable: boolean };

/** As one process tells it to another. */
export interface SendingAnswer {
  readonly sent?: Sent;
  readonly error?: { readonly code: SendError["code"]; readonly message: string };
}

export interface SettledEnds {
  readonly results: Readonly<Record<string, Json>>;
  readonly suppressed: readonly string[];
  readonly failed: readonly string[];
}

/** Why nothing could be sent now. */
export class SendError extends Error {
  readonly code: "unknown-network" | "unknown-pod" | "network-not-running" | "network-busy";

  constructor(code: SendError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
