import type { Diagnostic } from "@pawl/hooks/diagnostics";
import type { Json } from "../json.ts";
import type { FunctionSet } from "./function-set.ts";

/** Everything an expression can name. Absent parts are unknown names. */
export interface ExpressionScope {
  readonly steps: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, Json>>;
  readonly inputs: Readonly<Record<string, Json>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly visits: Readonly<Record<string, number>>;
  readonly trigger: Json;
  readonly run: Json;
  readonly flow: Json;
  readonly item?: Json;
  readonly index?: number;
  readonly parent?: Json;
  /** What plugins add, for expressions that are compiled only where they are evaluated. */
  readonly functions?: FunctionSet | undefined;
}

/** A value of a flow file with its `${{ … }}` parsed: evaluated as often as needed, compiled once. */
export interface Template {
  readonly source: Json;
  /** False when it holds no expression: its value is `source` with `$${{` unescaped. */
  readonly dynamic: boolean;
  /** Steps it names literally (`steps.ID`, `steps["ID"]`), for validation and cache keys. */
  readonly stepIds: ReadonlySet<string>;
  /**
   * @throws ExpressionError
   */
  evaluate(scope: ExpressionScope): Json;
}

/**
 * Where in the file a part of a value stands; the path leads from the value to the part.
 * `within` narrows it to characters of the string found there.
 */
export type PositionOf = (
  path: readonly (string | number)[],
  within?: { readonly start: number; readonly end: number },
) => Pick<Diagnostic, "file" | "line" | "column" | "length">;
