import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { HookEvent } from "@pawl/hooks";
import { didYouMean } from "@pawl/hooks/diagnostics";
import type { Call, CommandOption } from "../../command.ts";
import { notFound, usageError } from "../../command-error.ts";

const maxInputBytes = 67_108_864;
/** How long an input that may be left out is waited for on a pipe: who has none may have left it open. */
const firstByteMs = 300;

export const inputOption: CommandOption = {
  flags: "--input <file>",
  description: "Read the event's JSON from a file. Default: -, standard input",
  complete: "file",
};

/** @throws CommandError when there is no such event */
export async function eventOf(name: string | undefined, input: unknown): Promise<HookEvent> {
  const { hookEvents, isHookEvent } = await import("@pawl/hooks");
  const named = name ?? (input as { readonly hook_event_name?: unknown } | null)?.hook_event_name;
  if (named === undefined) throw usageError("Which event? Name it, or give hook_event_name in the input.");
  if (isHookEvent(named)) return named;
  throw usageError(`There is no event ${JSON.stringify(named)}.${didYouMean(String(named), hookEvents)}`);
}

/** The JSON of `--input`, or of standard input. `isOptional`: an empty object when there is none. */
export async function readInput(
  call: Call,
  { isOptional = false }: { readonly isOptional?: boolean } = {},
): Promise<unknown> {
  const file = typeof call.options.input === "string" ? call.options.input : undefined;
  const text =
    file === undefined || file === "-" ? await readStdin(isOptional && file === undefined) : readFile(call, file);
  if (text.trim() === "") {
    if (isOptional || file === undefined) return {};
    throw usageError(`The input ${file} is empty; expected a JSON object.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usageError(`The input is not valid JSON: ${error instanceof Error ? error.message : error}.`);
  }
}

function readFile(call: Call, file: string): string {
  try {
    return readFileSync(resolve(call.cwd, file), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw notFound(`There is no file ${file}.`);
    throw error;
  }
}

async function readStdin(isOptional: boolean): Promise<string> {
  const { stdin } = process;
  if (stdin.isTTY) return "";
  return new Promise((done, failed) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = isOptional ? setTimeout(() => finish(), firstByteMs) : undefined;
    const finish = (): void => {
      clearTimeout(timer);
      stdin.pause();
      done(Buffer.concat(chunks).toString("utf8"));
    };
    stdin.on("data", (chunk: Buffer) => {
      clearTimeout(timer);
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxInputBytes) failed(usageError(`The input is larger than ${maxInputBytes / 1_048_576} MiB.`));
    });
    stdin.on("end", finish);
    stdin.on("error", failed);
  });
}
