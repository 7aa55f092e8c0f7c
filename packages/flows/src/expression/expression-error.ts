/** Why an expression gave no value, or text could not be an expression. A closed list: docs/reference/errors has one entry each. */
export const expressionCodes = {
  "expression-syntax": "The text between `${{` and `}}` is not a CEL expression.",
  "expression-unterminated": "`${{` has no `}}` that ends it.",
  "expression-type": "An operator or function met values of a kind it does not work on.",
  "expression-failed": "A function inside an expression could not do its work on the given values.",
  "expression-timeout": "The expression used more than its 50 ms of computing time.",
  "expression-too-large": "The result is too large or too deep to be kept.",
  "not-a-number": "The result is infinite, not a number, or beyond the integers JSON can carry.",
  "missing-value": "A field or list item that the expression names does not exist at run time.",
  "unknown-function": "The expression calls a function that does not exist.",
  "unknown-name": "The expression begins with a name that is not known at this place.",
  "value-too-large": "A value is larger than the 100 kB that a command line takes.",
  "value-with-nul": "A value has a NUL character, which a command line cannot carry.",
} as const;

export type ExpressionCode = keyof typeof expressionCodes;

/** An expression that could not be evaluated. The message is a sentence; the fields say the same as data. */
export class ExpressionError extends Error {
  override readonly name: string = "ExpressionError";
  readonly code: ExpressionCode;
  /** The text between the delimiters. */
  readonly expression: string;
  /** For `missing-value`: the longest part of the expression that has no value. */
  readonly missing: string | undefined;

  constructor(
    code: ExpressionCode,
    message: string,
    options: { expression: string; missing?: string | undefined; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.expression = options.expression;
    this.missing = options.missing;
  }
}

export function missingValue(expression: string, missing: string): ExpressionError {
  const message =
    missing === expression
      ? `\${{ ${expression} }} has no value. A default: ${withDefault(expression)}`
      : `\${{ ${expression} }} has no value: ${missing} is missing.`;
  return new ExpressionError("missing-value", message, { expression, missing });
}

function withDefault(path: string): string {
  const dot = path.lastIndexOf(".");
  return dot < 0 || path.endsWith("]")
    ? `${path}.orValue("")`
    : `${path.slice(0, dot)}.?${path.slice(dot + 1)}.orValue("")`;
}
