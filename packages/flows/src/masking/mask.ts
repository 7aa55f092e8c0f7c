import { createLogger, type Logger } from "@pawl/hooks/guard";
import { definedVariables, environmentFiles } from "../execution/scope/environment.ts";
import type { Json } from "../json.ts";
import { Masker } from "./masker.ts";
import { secretVariables } from "./secret-names.ts";
import type { Secrets } from "./secrets.ts";

/** Hides secrets in what is shown outside of runs: by the server, by networks, by triggers. */
export interface Mask {
  text(text: string): string;
  /** A logger that gets no secrets. */
  logger(log: Logger): Logger;
}

export interface MaskOptions {
  readonly projectDir: string;
  /** Default: this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
}

/**
 * Knows the secrets of a project: those of its configuration, and variables of which the name says so, from its `.env` too.
 * A secret that is changed where it is kept is hidden from then on, and so is the one before.
 */
export async function createMask({ projectDir, env = process.env, secrets }: MaskOptions): Promise<Mask> {
  const variables = { ...environmentFiles(projectDir), ...definedVariables(env) };
  const masker = new Masker([
    ...secretVariables(variables),
    ...(await secrets.known({ secrets: {}, text: "" }, variables)),
  ]);
  return maskOf(masker, () => {
    for (const secret of secrets.newest(variables)) masker.add(secret);
  });
}

/** The same with what a masker knows, now and later. `learn` is called before each use. */
export function maskOf(masker: Masker, learn: () => void = () => {}): Mask {
  return {
    text(text) {
      learn();
      return masker.maskText(text);
    },
    logger: (log) =>
      createLogger((level, message, fields) => {
        learn();
        log[level](masker.maskText(message), fields && maskedFields(masker, fields));
      }),
  };
}

/** What JSON cannot say of a field is passed on as it is: errors, mostly, which a logger shows in its own way. */
function maskedFields(masker: Masker, fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (value instanceof Error) return [name, maskedError(value, (text) => masker.maskText(text))];
      return [name, isJson(value) ? masker.mask(value) : value];
    }),
  );
}

function isJson(value: unknown): value is Json {
  return typeof value === "string" || (typeof value === "object" && value !== null && isPlain(value));
}

function isPlain(value: object): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

/** The same error, of the same class, without secrets in what it says. */
export function maskedError<E extends Error>(error: E, mask: (text: string) => string): E {
  const message = mask(error.message);
  const stack = error.stack === undefined ? undefined : mask(error.stack);
  if (message === error.message && stack === error.stack) return error;
  return Object.assign(Object.create(Object.getPrototypeOf(error)) as E, error, { message, stack });
}
