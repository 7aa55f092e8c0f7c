/** The floor: the same functions called one after another, with nothing around them. */
export function prepare(count) {
  const hooks = Array.from(
    { length: count },
    (_, index) => new Function("input", `return input.n === ${index + 1e6} ? 1 : undefined`),
  );
  const input = { n: 0 };
  return (n) => {
    input.n = n;
    for (let index = 0; index < hooks.length; index++) {
      const value = hooks[index](input);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}
