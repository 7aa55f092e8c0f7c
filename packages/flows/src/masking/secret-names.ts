const secretName =
  /((TOKEN|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|(API|PRIVATE|ACCESS|AUTH|SIGNING|ENCRYPTION)_?KEY|CREDENTIALS?)(?![A-Z]|_?(FILE|PATH|DIR))|(^|_)PASS(?=_|$)(?!_(FILE|PATH|DIR))|_PWD$)/i;
const passwordInUrl = /^[a-z][a-z0-9+.-]*:\/\/[^/@:\s]*:([^/@\s]+)@/i;
const shortestValue = 6;

/** The values of variables whose name says that they are secret, and passwords in URLs; shorter ones would hide ordinary text. */
export function secretVariables(env: Readonly<Record<string, string>>): string[] {
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
