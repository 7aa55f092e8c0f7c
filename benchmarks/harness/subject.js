/**
 * The body of a program that measures one thing and prints it as JSON. Its arguments are words and `--quick`.
 * Ends the process, so that servers and timers of a peer need no tidy end.
 */
export async function subject(measure) {
  const words = process.argv.slice(2);
  const isQuick = words.includes("--quick");
  try {
    await undefined; // the rest of the file is evaluated first
    const measured = await measure({ words: words.filter((word) => word !== "--quick"), isQuick });
    process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
  } catch (error) {
    process.stderr.write(`${error?.stack ?? error}\n`, () => process.exit(1));
  }
}

/** Operations per second of `count` operations, `inFlight` at a time. */
export async function rateOf(count, inFlight, operation) {
  let next = 0;
  const lane = async () => {
    while (next < count) await operation(next++);
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, lane));
  return (count / (performance.now() - begin)) * 1_000;
}
