const units: Readonly<Record<string, number>> = { b: 1, kb: 1_024, mb: 1_048_576, gb: 1_073_741_824 };

/** Reads `512mb`, `1.5gb`, `64 KB`; units are powers of 1024. @returns bytes, or undefined for anything else */
export function parseSize(value: unknown): number | undefined {
  const match = typeof value === "string" ? /^\s*(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)\s*$/i.exec(value) : null;
  return match ? Number(match[1]) * units[match[2]!.toLowerCase()]! : undefined;
}
