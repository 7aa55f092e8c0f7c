import { fitsWildcard } from "../matching/wildcard.ts";
import type { HookOutput } from "../output/output.ts";
import { HookError } from "../registry/hook-error.ts";
import type { HookCallback } from "../registry/hook-matcher.ts";
import { expand } from "../trust/command-files.ts";

const maxAnswerBytes = 1_048_576;

export interface HttpHookOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The only variables that headers may name. */
  readonly allowedEnvVars: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A hook behind an address: the input is posted as JSON, the answer is read like a program's output. */
export function createHttpHook(options: HttpHookOptions): HookCallback {
  return async (input, _toolUseId, signal): Promise<HookOutput | void> => {
    const response = await fetch(options.url, {
      method: "POST",
      headers: { ...headersOf(options), "content-type": "application/json" },
      body: JSON.stringify(input),
      signal,
      // A redirect could lead away from the hosts that are allowed.
      redirect: "manual",
    }).catch((error: unknown) => {
      throw new HookError("hook-unavailable", `${options.url} cannot be reached: ${causeOf(error)}`);
    });
    const text = await readCapped(response);
    if (!response.ok) throw new HookError("invalid-output", `${options.url} answered with status ${response.status}.`);
    return text.trim() === "" ? undefined : answerOf(text, options.url);
  };
}

/** Whether an address may be asked: on this machine always, elsewhere only when a pattern with `*` covers it. */
export function isUrlAllowed(url: string, allowed: readonly string[] | undefined): boolean {
  const { hostname } = new URL(url);
  if (["127.0.0.1", "[::1]", "localhost"].includes(hostname)) return true;
  return (allowed ?? []).some((pattern) => coversUrl(pattern, url));
}

/** Host and path are compared apart, so that a star in the path cannot reach into the host. */
function coversUrl(pattern: string, url: string): boolean {
  const parts = /^(https?|\*):\/\/([^/]+)(\/.*)?$/.exec(pattern);
  const { protocol, host, pathname, search } = new URL(url);
  if (!parts) return pattern === "*" || fitsWildcard(pattern, host);
  const [, scheme, hosts, path] = parts;
  if (scheme !== "*" && `${scheme}:` !== protocol) return false;
  return fitsWildcard(hosts!, host) && (path === undefined || path === "/" || fitsWildcard(path, pathname + search));
}

function headersOf({ headers, allowedEnvVars, env }: HttpHookOptions): Record<string, string> {
  // A name that is not allowed becomes empty rather than travelling on as `$SECRET`.
  const known = (text: string) => [...text.matchAll(/\$\{?(\w+)/g)].map((match) => match[1]!);
  return Object.fromEntries(
    Object.entries(headers).map(([name, text]) => {
      const values = known(text).map((key) => [key, allowedEnvVars.includes(key) ? (env[key] ?? "") : ""]);
      return [name, expand(text, Object.fromEntries(values))];
    }),
  );
}

async function readCapped(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxAnswerBytes)
      throw new HookError("invalid-output", `The answer is longer than ${maxAnswerBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function answerOf(text: string, url: string): HookOutput {
  try {
    return JSON.parse(text) as HookOutput;
  } catch {
    throw new HookError("invalid-output", `${url} answered with something that is not JSON.`);
  }
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
