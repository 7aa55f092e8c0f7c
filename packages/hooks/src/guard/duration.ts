const unitMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const written = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+$/;
const part = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g;
const iso = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/**
 * Reads `500ms`, `30s`, `5m`, `1h30m`, `2d`, ISO 8601 (`PT5M`) or a number of seconds.
 * @returns milliseconds, or undefined for anything else, negative and endless values included.
 */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value * 1_000 : undefined;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1_000;
  if (written.test(text)) {
    let total = 0;
    for (const [, amount, unit] of text.matchAll(part)) total += Number(amount) * unitMs[unit!]!;
    return Number.isFinite(total) ? total : undefined;
  }
  const match = iso.exec(text);
  if (!match || text === "P" || text.endsWith("T")) return undefined;
  const [w = 0, d = 0, h = 0, m = 0, s = 0] = match.slice(1).map((digits) => Number(digits ?? 0));
  return w * unitMs.w! + d * unitMs.d! + h * unitMs.h! + m * unitMs.m! + s * unitMs.s!;
}

/** `12 ms`, `4.2 s`, `3 min`, `6 h`, `2 d`: as a person would say it, rounded. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(1))} s`;
  if (ms < 3_600_000) return `${Number((ms / 60_000).toFixed(1))} min`;
  if (ms < 86_400_000) return `${Number((ms / 3_600_000).toFixed(1))} h`;
  return `${Number((ms / 86_400_000).toFixed(1))} d`;
}
