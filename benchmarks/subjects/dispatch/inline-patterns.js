/** The floor: ten compiled patterns tested one after another. */
export function prepare(count) {
  const patterns = Array.from({ length: 10 }, (_, index) => new RegExp(`^mcp__server${index}__.*$`));
  const subjects = Array.from({ length: count }, (_, index) => `mcp__other__tool${index}`);
  return (n) => {
    let matched = 0;
    for (let index = 0; index < 10; index++) if (patterns[index].test(subjects[n % count])) matched++;
    return matched;
  };
}
