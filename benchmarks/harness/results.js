import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeMachine } from "./machine.js";

const file = join(import.meta.dirname, "..", "README.md");

/** Puts the rows of a suite into the README, in place of those of an earlier run. */
export function writeResults(suite, rows, { isQuick, load }) {
  const begin = `<!-- results of ${suite} -->`;
  const end = `<!-- end of ${suite} -->`;
  const text = readFileSync(file, "utf8");
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`benchmarks/README.md has no place for ${suite}: ${begin} … ${end}`);
  const quick = isQuick ? "; `--quick`: rough" : "";
  const about = `${new Date().toISOString().slice(0, 10)}, ${describeMachine()}, ${load}${quick}.`;
  writeFileSync(file, `${before}${begin}\n${about}\n\n${tableOf(rows)}\n${end}${after}`);
}

function tableOf(rows) {
  const lines = rows.map((row) => {
    const figure = row.figure === undefined ? "" : `, ${row.figure}`;
    const others = Object.entries(row.others).map(([name, value]) => `${name} ${shown(value)}`);
    const cells = [`${row.case}${figure}`, `${shown(row.pawl)} ${row.unit}`, others.join("; "), row.target];
    return `| ${cells.map(escaped).join(" | ")} | ${row.ok ? "yes" : "**no**"} |`;
  });
  return ["| case | Pawl | beside it | target | ok |", "| --- | --- | --- | --- | --- |", ...lines].join("\n");
}

function shown(value) {
  return value === null ? "not measured" : value.toLocaleString("en").replaceAll(",", " ");
}

function escaped(text) {
  return text.replaceAll("|", "\\|");
}
