import type { Diagnostic, Severity } from "@pawl/hooks/diagnostics";
import type { LineCounter, Node } from "yaml";
import type { NetworkCode } from "./codes.ts";
import type { Place } from "./network.ts";

/** Collects the findings of one file. */
export class Report {
  readonly diagnostics: Diagnostic[] = [];
  readonly #file: string | undefined;
  readonly #lines: LineCounter;

  constructor(file: string | undefined, lines: LineCounter) {
    this.#file = file;
    this.#lines = lines;
  }

  placeOf(node: Node | null | undefined): Place {
    const range = node?.range;
    return range ? this.placeAt(range[0], range[1]) : { line: 1, column: 1, length: 1 };
  }

  placeAt(start: number, end: number): Place {
    const { line, col } = this.#lines.linePos(start);
    return { line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, end - start) };
  }

  add(code: NetworkCode, message: string, place: Place, options: { severity?: Severity; hint?: string } = {}): void {
    this.diagnostics.push({
      code,
      severity: options.severity ?? "error",
      message,
      ...(this.#file === undefined ? {} : { file: this.#file }),
      ...place,
      ...(options.hint === undefined ? {} : { hint: options.hint }),
    });
  }

  error(code: NetworkCode, message: string, node: Node | null | undefined): void {
    this.add(code, message, this.placeOf(node));
  }

  warn(code: NetworkCode, message: string, node: Node | null | undefined): void {
    this.add(code, message, this.placeOf(node), { severity: "warning" });
  }
}
