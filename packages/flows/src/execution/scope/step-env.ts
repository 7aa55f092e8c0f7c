import type { Step } from "../../definition/flow.ts";
import type { Frame } from "../execution.ts";
import { plain } from "./values.ts";

/**
 * The frame with the step's own `env` in it, for the step and everything inside it. It is written nearest to what it is for,
 * so it wins over every other source.
 * @throws ExpressionError
 */
export function withStepEnv(frame: Frame, step: Step): Frame {
  const names = Object.keys(step.env);
  if (names.length === 0) return frame;
  const env = Object.assign(plain<string>(), frame.values.env);
  const values = { ...frame.values, env };
  for (const name of names) env[name] = asText(step.env[name]!.evaluate(values));
  return { ...frame, values };
}

export function asText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === null ? "" : JSON.stringify(value);
}
