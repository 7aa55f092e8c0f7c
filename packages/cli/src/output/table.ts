/** Rows with their columns aligned; the last column is left as long as it is. */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** `20:14:03` today, `20 Nov 20:14` before. */
export function formatTime(time: number, now: number = Date.now()): string {
  const date = new Date(time);
  const clock = date.toTimeString().slice(0, 8);
  if (date.toDateString() === new Date(now).toDateString()) return clock;
  return `${date.getDate()} ${date.toLocaleString("en", { month: "short" })} ${clock.slice(0, 5)}`;
}
