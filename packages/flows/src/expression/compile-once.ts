export interface RememberOptions {
  /** How many texts are remembered; one more, and all are forgotten. */
  readonly texts: number;
  /** Longer texts are compiled each time. */
  readonly characters: number;
}

/** The same compiler, which gives the same result for the same text as long as it remembers it. */
export function compileOnce<T>(
  compile: (source: string) => T,
  { texts, characters }: RememberOptions,
): (source: string) => T {
  const remembered = new Map<string, T>();
  return (source) => {
    const known = remembered.get(source);
    if (known !== undefined) return known;
    if (remembered.size >= texts) remembered.clear();
    const compiled = compile(source);
    if (source.length <= characters) remembered.set(source, compiled);
    return compiled;
  };
}
