import type { Writable } from "node:stream";

/**
 * The gate: a shell that waits for one line on descriptor 3 and then becomes the program, keeping pid and start time.
 * When we die before writing the line, it reads the end of the pipe and the program never starts.
 */
const script = 'read -r go <&3 || exit 125; unset go; exec 3<&-; exec "$@"';

/** The argv that starts `argv` behind the gate. `program` is the file it stands for. */
export function behindGate(
  argv: readonly string[],
  program: string,
  env: Readonly<Record<string, string | undefined>>,
): [string, ...string[]] {
  return ["/bin/sh", "-c", script, "sh", ...restored(env), program, ...argv.slice(1)];
}

/** A shell drops variables that it could not name itself; `env` puts them back. */
function restored(env: Readonly<Record<string, string | undefined>>): string[] {
  const odd = Object.keys(env).filter((name) => env[name] !== undefined && !/^[A-Za-z_]\w*$/.test(name));
  return odd.length === 0 ? [] : ["env", ...odd.map((name) => `${name}=${env[name]}`)];
}

export function openGate(gate: Writable): void {
  gate.end("\n");
}
