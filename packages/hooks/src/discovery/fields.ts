import { createRequire } from "node:module";
import { type Findings, type Position, positionAt } from "./codes.ts";
import type { FrontMatter } from "./front-matter.ts";

/** The keys of a front matter with the places where they are written. */
export interface Fields {
  readonly data: Readonly<Record<string, unknown>>;
  /** Where a key is written; `table` for one inside `[requires]` and the like. */
  positionOf(key: string, table?: string): Position | undefined;
}

// The parsers are loaded when the first file of their kind is read: start-up time is a feature.
const require = createRequire(import.meta.url);

/** Reads the block of either format; nothing, and a finding with its place, when it cannot be read. */
export function parseFields(block: FrontMatter, findings: Findings): Fields | undefined {
  return block.format === "toml" ? parseToml(block, findings) : parseYaml(block, findings);
}

function parseToml(block: FrontMatter, findings: Findings): Fields | undefined {
  const { parse, TomlError } = require("smol-toml") as typeof import("smol-toml");
  try {
    return { data: parse(block.text, { integersAsBigInt: false }), positionOf: tomlPositions(block) };
  } catch (error) {
    const at =
      error instanceof TomlError ? { line: error.line + block.firstLine - 1, column: error.column } : undefined;
    findings.error("invalid-toml", `The block is not valid TOML: ${firstSentence(error)}`, at);
    return undefined;
  }
}

function parseYaml(block: FrontMatter, findings: Findings): Fields | undefined {
  const yaml = require("yaml") as typeof import("yaml");
  const document = yaml.parseDocument(block.text, { prettyErrors: false, uniqueKeys: true });
  for (const error of document.errors) {
    findings.error("invalid-yaml", `The block is not valid YAML: ${firstSentence(error)}`, inFile(block, error.pos[0]));
  }
  if (document.errors.length > 0) return undefined;
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 20 });
  } catch (error) {
    findings.error("invalid-yaml", `The block is not valid YAML: ${firstSentence(error)}`);
    return undefined;
  }
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    findings.error("invalid-yaml", "The block must hold keys with values, as in `name: my-hook`.", inFile(block, 0));
    return undefined;
  }
  const positionOf = (key: string, table?: string): Position | undefined => {
    const map = table === undefined ? document.contents : document.get(table);
    const pair = yaml.isMap(map)
      ? map.items.find((item) => yaml.isScalar(item.key) && item.key.value === key)
      : undefined;
    const range = pair && yaml.isScalar(pair.key) ? pair.key.range : undefined;
    return range ? { ...inFile(block, range[0]), length: key.length } : undefined;
  };
  return { data: data as Record<string, unknown>, positionOf };
}

function inFile(block: FrontMatter, offset: number): Position {
  const { line, column } = positionAt(block.text, offset);
  return { line: line + block.firstLine - 1, column };
}

/** The parser keeps no places, so keys are looked up line by line. */
function tomlPositions(block: FrontMatter): Fields["positionOf"] {
  const places = new Map<string, Position>();
  let table = "";
  block.text.split("\n").forEach((line, index) => {
    const header = /^\s*\[+([^\]]+)\]+/.exec(line);
    const key = /^(\s*)["']?([\w-]+)["']?\s*=/.exec(line);
    const at = (name: string, column: number): Position => ({
      line: block.firstLine + index,
      column,
      length: name.length,
    });
    if (header) {
      table = header[1]!.trim();
      places.set(`.${table}`, at(table, line.indexOf(table) + 1));
    } else if (key && !places.has(`${table}.${key[2]}`)) {
      places.set(`${table}.${key[2]}`, at(key[2]!, line.indexOf(key[2]!) + 1));
    }
  });
  return (key, of) => places.get(`${of ?? ""}.${key}`);
}

/** A parser's message without its code frame. */
function firstSentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.split("\n")[0]!.replace(/^Invalid TOML document: /, "");
  return line.endsWith(".") ? line : `${line}.`;
}
