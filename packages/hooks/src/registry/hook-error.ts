/** Everything this package throws. The list is closed; docs/reference has a paragraph for each. */
export type HookErrorCode =
  | "unknown-event"
  | "invalid-matcher"
  | "invalid-rule"
  | "invalid-output"
  | "invalid-handler"
  | "hook-unavailable"
  | "blocked";

export class HookError extends Error {
  override readonly name = "HookError";
  readonly code: HookErrorCode;
  constructor(code: HookErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
