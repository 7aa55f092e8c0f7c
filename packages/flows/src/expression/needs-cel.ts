import { needsCel } from "./expression.ts";
import { splitText } from "./split-text.ts";

/** Whether anything in the text of a file may need CEL; says yes when in doubt. */
export function needsCelAnywhere(text: string): boolean {
  const { parts, unterminated } = splitText(text);
  return unterminated !== undefined || parts.some((part) => part.kind === "expression" && needsCel(part.source));
}
