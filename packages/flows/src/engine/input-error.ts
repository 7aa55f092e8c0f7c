import type { Diagnostic } from "@pawl/hooks/diagnostics";

/** Inputs that a flow cannot be started with. `diagnostics` has one entry for each that is missing or wrong. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly code = "invalid-inputs";
  readonly diagnostics: readonly Diagnostic[];
  constructor(flow: string, diagnostics: readonly Diagnostic[]) {
    super(`The flow "${flow}" cannot start: ${diagnostics.map((diagnostic) => diagnostic.message).join(" ")}`);
    this.diagnostics = diagnostics;
  }
}
