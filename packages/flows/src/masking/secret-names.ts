const secretName =
  /(TOKEN|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)(?![A-Z]|_?(FILE|PATH|DIR))/i;
const shortestValue = 6;

const found = new WeakMap<Readonly<Record<string, string>>, readonly string[]>();

/**
 * The values of variables whose name says that they are secret; shorter ones would hide ordinary text. Remembered for
 * the environment, which is the same object for all runs of a process that have no variables of their own.
 */
export function secretVariables(env: Readonly<Record<string, string>>): readonly string[] {
  let values = found.get(env);
  if (values === undefined) {
    values = secretsAmong(env);
    found.set(env, values);
  }
  return values;
}

function secretsAmong(env: Readonly<Record<string, string>>): string[] {
  return Object.keys(env).flatMap((name) => {
    const value = env[name]!;
    return value.length >= shortestValue && secretName.test(name) ? [value] : [];
  });
}
