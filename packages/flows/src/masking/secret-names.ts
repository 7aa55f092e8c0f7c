const secretName =
  /(TOKEN|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)(?![A-Z]|_?(FILE|PATH|DIR))/i;
const shortestValue = 6;

/** The values of variables whose name says that they are secret; shorter ones would hide ordinary text. */
export function secretVariables(env: Readonly<Record<string, string>>): string[] {
  return Object.keys(env).flatMap((name) => {
    const value = env[name]!;
    return value.length >= shortestValue && secretName.test(name) ? [value] : [];
  });
}
