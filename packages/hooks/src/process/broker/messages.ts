import type { ChildOptions, ChildResult } from "../child.ts";
import type { ProcessErrorCode } from "../errors.ts";
import type { ProcessIdentity } from "../identity.ts";

/** What crosses the socket, one line of JSON each. `id` is the run it is about. */
export type Request =
  | { readonly id: number; readonly run: WiredOptions }
  | { readonly id: number; readonly abort: true }
  /** The answer to `gate`: whether the program may start. */
  | { readonly id: number; readonly start: boolean };

export type Reply =
  /** Said once, with the id 0, when the helper is up. */
  | { readonly id: number; readonly ready: true }
  | { readonly id: number; readonly born: ProcessIdentity }
  | { readonly id: number; readonly gate: ProcessIdentity }
  | { readonly id: number; readonly stdout: string }
  | { readonly id: number; readonly stderr: string }
  | { readonly id: number; readonly result: ChildResult }
  | { readonly id: number; readonly error: WiredError };

/** Options as data: functions became flags, bytes became base64. */
export interface WiredOptions
  extends Pick<ChildOptions, "argv" | "cwd" | "env" | "graceMs" | "maxOutputBytes" | "overflow"> {
  readonly stdin?: string;
  readonly stdinBase64?: string;
  readonly wants: { readonly stdout: boolean; readonly stderr: boolean; readonly gate: boolean };
}

export interface WiredError {
  readonly code: ProcessErrorCode | undefined;
  readonly message: string;
  readonly program?: string;
}
