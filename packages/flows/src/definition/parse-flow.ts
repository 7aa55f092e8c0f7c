import { createHash } from "node:crypto";
import { byPosition, hasErrors } from "@pawl/hooks/diagnostics";
import { CelNotLoaded, loadCel } from "../expression/cel.ts";
import { needsCelAnywhere } from "../expression/needs-cel.ts";
import { hasExpression } from "../expression/split-text.ts";
import type { Catalogue } from "./catalogue.ts";
import type { ParsedFlow } from "./flow.ts";
import { readFlow } from "./read-flow.ts";
import { readYaml } from "./read-yaml.ts";
import { createSourceFile, report, type SourceFile } from "./source-file.ts";

export interface ParseOptions extends Catalogue {
  /** Named in diagnostics, never read. */
  readonly file?: string | undefined;
}

/**
 * Text of a flow file to a flow, or to everything that is wrong with it, in the order of the file.
 * Never throws. The same text with the same options is parsed once.
 */
export async function parseFlow(text: string, options: ParseOptions = {}): Promise<ParsedFlow> {
  const hash = hashOf(text);
  const known = recall(hash, options);
  if (known) return known;
  if (hasExpression(text) && needsCelAnywhere(text)) await loadCel();
  let read = readLoaded(text, options);
  if (!read) {
    await loadCel();
    read = readText(text, options);
  }
  for (const check of read.source.checks) await check();
  const parsed = finish(read, text, hash);
  if (text.length <= maxRememberedCharacters) remember(hash, options, parsed);
  return parsed;
}

interface Read {
  readonly source: SourceFile;
  readonly contents: ReturnType<typeof readFlow> | undefined;
}

/** Nothing when an expression turns up that the look at the raw text did not show. */
function readLoaded(text: string, options: ParseOptions): Read | undefined {
  try {
    return readText(text, options);
  } catch (error) {
    if (error instanceof CelNotLoaded) return undefined;
    throw error;
  }
}

/** Identifies the text of a flow. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function readText(text: string, options: ParseOptions): Read {
  const source = createSourceFile(text, options.file);
  try {
    const yaml = readYaml(source);
    return { source, contents: yaml && readFlow(source, yaml, options) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    report(source, undefined, { code: "yaml-too-deep", message: "The file is nested too deep to be read." });
    return { source, contents: undefined };
  }
}

function finish({ source, contents }: Read, text: string, hash: string): ParsedFlow {
  const diagnostics = source.diagnostics.sort(byPosition);
  const flow = contents && !hasErrors(diagnostics) ? { ...contents, text, hash } : undefined;
  return { file: source.file, flow, diagnostics };
}

interface Remembered {
  readonly options: ParseOptions;
  readonly parsed: ParsedFlow;
}

const remembered = new Map<string, Remembered>();
const maxRemembered = 200;
const maxRememberedCharacters = 200_000;

function recall(hash: string, options: ParseOptions): ParsedFlow | undefined {
  const found = remembered.get(hash);
  if (!found) return undefined;
  const keys = ["file", "nodes", "triggers", "hooks", "flows", "functions", "isPartial"] as const;
  return keys.every((key) => found.options[key] === options[key]) ? found.parsed : undefined;
}

function remember(hash: string, options: ParseOptions, parsed: ParsedFlow): void {
  if (remembered.size >= maxRemembered) remembered.delete(remembered.keys().next().value!);
  remembered.set(hash, { options, parsed });
}
