/**
 * Runs `count` tasks, at most `width` at once, in order of their index. After a result that `isLast` no further one is begun;
 * those under way are waited for. So they are when one throws, and then the first error is thrown.
 * @returns results in order of index, without those that were never begun
 */
export async function runAtOnce<T>(
  count: number,
  width: number,
  task: (index: number) => Promise<T>,
  isLast: (result: T) => boolean = () => false,
): Promise<T[]> {
  const results = new Map<number, T>();
  const errors: unknown[] = [];
  let next = 0;
  let isOver = false;
  const lane = async (): Promise<void> => {
    while (!isOver && next < count) {
      const index = next++;
      try {
        const result = await task(index);
        results.set(index, result);
        if (isLast(result)) isOver = true;
      } catch (error) {
        errors.push(error);
        isOver = true;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
  if (errors.length > 0) throw errors[0];
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
