const secretName =
  /((TOKEN|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|(API|PRIVATE|ACCESS|AUTH|SIGNING|ENCRYPTION)_?KEY|CREDENTIALS?)(?![A-Z]|_?(FILE|PATH|DIR))|(^|_)PASS(?=_|$)(?!_(FILE|PATH|DIR))|_PWD$)/i;
const passwordInUrl = /^[a-z][a-z0-9+.-]*:\/\/[^/@:\s]*:([^/@\s]+)@/i;
const shortestValue = 6;

const known = new WeakMap<Readonly<Record<string, string>>, readonly string[]>();

/**
 * The values of variables whose name says that they are secret, and passwords in URLs; shorter ones would hide ordinary
 * text. Remembered for the environment, which is the same object for all runs of a process that have no variables of their own.
 */
export function secretVariables(env: Readonly<Record<string, string>>): readonly string[] {
  let values = known.get(env);
  if (values === undefined) {
    values = secretsAmong(env);
    known.set(env, values);
  }
  return values;
}

function secretsAmong(env: Readonly<Record<string, string>>): string[] {
  return Object.keys(env).flatMap((name) => {
    const value = env[name]!;
    const found = secretName.test(name) ? [value] : passwordIn(value);
    return found.filter((secret) => secret.length >= shortestValue);
  });
}

/** As it is written, and as it is meant. */
function passwordIn(value: string): string[] {
  const written = value.includes("://") ? passwordInUrl.exec(value)?.[1] : undefined;
  if (written === undefined) return [];
  try {
    return [written, decodeURIComponent(written)];
  } catch {
    return [written];
  }
}
