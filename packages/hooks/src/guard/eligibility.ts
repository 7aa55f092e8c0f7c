import { findProgram } from "../process/find-program.ts";
import { type Clock, systemClock } from "./clock.ts";

/** What has to be there before something is called. An empty list asks for nothing. */
export interface HookRequirements {
  /** Programs that must all be on PATH. */
  readonly bins?: readonly string[];
  /** Programs of which one must be on PATH. `any_bins` is the same. */
  readonly anyBins?: readonly string[];
  readonly any_bins?: readonly string[];
  /** Environment variables that must be set and not empty. */
  readonly env?: readonly string[];
  /** `macos`, `linux`, `windows`, or a name of Node's `process.platform`. */
  readonly os?: readonly string[];
}

export type EligibilityCode = "missing-program" | "missing-any-program" | "missing-environment" | "other-system";

/** The first requirement that does not hold. */
export class EligibilityError extends Error {
  override readonly name = "EligibilityError";
  readonly code: EligibilityCode;
  /** The programs, variables or systems that were asked for and are not there. */
  readonly missing: readonly string[];

  constructor(code: EligibilityCode, missing: readonly string[], message: string) {
    super(message);
    this.code = code;
    this.missing = missing;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface EligibilityOptions {
  /** Default: this process's. */
  readonly env?: Environment | undefined;
  /** Default: this system's, `linux`, `macos`, `windows`. */
  readonly os?: string;
  readonly clock?: Clock | undefined;
}

const systemNames: Record<string, string> = { darwin: "macos", win32: "windows" };

/** What is missing, or nothing. No process is started. Order: bins, any of bins, env, os. */
export function checkEligibility(
  requires: HookRequirements,
  options: EligibilityOptions = {},
): EligibilityError | undefined {
  const env = options.env ?? process.env;
  return (
    missingPrograms(requires.bins ?? [], env) ??
    missingAnyProgram([...(requires.anyBins ?? []), ...(requires.any_bins ?? [])], env) ??
    missingVariables(requires.env ?? [], env) ??
    otherSystem(requires.os ?? [], options.os ?? systemNames[process.platform] ?? process.platform)
  );
}

interface CachedAnswer {
  readonly error: EligibilityError | undefined;
  readonly values: readonly (string | undefined)[];
  readonly foundAt: number;
}

/** How long a refusal is believed while PATH and variables stay the same: somebody may install what is missing. */
const refusalMs = 10_000;
const answers = new WeakMap<HookRequirements, CachedAnswer>();

/**
 * As `checkEligibility`, remembered per requirements object together with the PATH and the variables it was computed
 * from: another value of one of them, and it is computed again.
 */
export function eligibility(
  requires: HookRequirements,
  options: EligibilityOptions = {},
): EligibilityError | undefined {
  const env = options.env ?? process.env;
  const clock = options.clock ?? systemClock;
  const known = answers.get(requires);
  if (known && isStillTrue(known, requires, env, clock)) return known.error;
  const error = checkEligibility(requires, options);
  answers.set(requires, { error, values: valuesOf(requires, env), foundAt: clock.monotonic() });
  return error;
}

function isStillTrue(known: CachedAnswer, requires: HookRequirements, env: Environment, clock: Clock): boolean {
  if (known.error !== undefined && clock.monotonic() - known.foundAt >= refusalMs) return false;
  if (known.values[0] !== env.PATH) return false;
  return (requires.env ?? []).every((name, index) => known.values[index + 1] === env[name]);
}

function valuesOf(requires: HookRequirements, env: Environment): (string | undefined)[] {
  return [env.PATH, ...(requires.env ?? []).map((name) => env[name])];
}

function isThere(program: string, env: Environment): boolean {
  return findProgram(program, { path: env.PATH, pathExtensions: env.PATHEXT }) !== undefined;
}

function missingPrograms(programs: readonly string[], env: Environment): EligibilityError | undefined {
  const missing = programs.filter((program) => !isThere(program, env));
  if (missing.length === 0) return undefined;
  const verb = missing.length === 1 ? "is" : "are";
  return new EligibilityError("missing-program", missing, `${missing.join(", ")} ${verb} not on PATH`);
}

function missingAnyProgram(programs: readonly string[], env: Environment): EligibilityError | undefined {
  if (programs.length === 0 || programs.some((program) => isThere(program, env))) return undefined;
  return new EligibilityError("missing-any-program", programs, `none of ${programs.join(", ")} is on PATH`);
}

function missingVariables(names: readonly string[], env: Environment): EligibilityError | undefined {
  const missing = names.filter((name) => !env[name]);
  if (missing.length === 0) return undefined;
  const verb = missing.length === 1 ? "is" : "are";
  return new EligibilityError("missing-environment", missing, `${missing.join(", ")} ${verb} not set`);
}

function otherSystem(wanted: readonly string[], current: string): EligibilityError | undefined {
  if (wanted.length === 0 || wanted.some((name) => (systemNames[name] ?? name) === current)) return undefined;
  return new EligibilityError("other-system", wanted, `it is for ${wanted.join(", ")}, and this is ${current}`);
}
