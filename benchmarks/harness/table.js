/** The rows for a person: one block per case, one line per figure. */
export function printTable(rows) {
  let last;
  for (const row of rows) {
    if (row.case !== last) process.stdout.write(`\n${row.case}\n  target ${row.target}\n`);
    last = row.case;
    const figure = row.figure ? `${row.figure}: ` : "";
    const others = Object.entries(row.others).map(([name, value]) => `${name} ${value}`);
    process.stdout.write(
      `  ${row.ok ? "ok     " : "MISSED "} ${figure}${row.pawl} ${row.unit}${others.length > 0 ? ` (${others.join(", ")})` : ""}\n`,
    );
  }
}
