import type { Verdict } from "@pawl/hooks";
import type { Call, Command, CommandOption } from "../../command.ts";
import { CommandError, usageError } from "../../command-error.ts";
import { type ExitCode, exitCodes } from "../../exit-codes.ts";
import { hookOptions, type OpenedHooks, trustAllOption, withHooks } from "./open-hooks.ts";
import { eventOf, inputOption, readInput } from "./read-input.ts";
import { showVerdict } from "./show-verdict.ts";

export const fireOptions: readonly CommandOption[] = [inputOption, ...hookOptions, trustAllOption];

export const command: Command = {
  arguments: [{ name: "[event]", description: "PreToolUse, Stop, … Default: hook_event_name of the input" }],
  options: [
    ...fireOptions,
    { flags: "--format <name>", description: "claude: print what a Claude Code hook prints, and exit as it does" },
  ],
  json: true,
  details:
    "Fire an event and print the verdict. With --json the exit code is 0 whatever the verdict; without it, 1 when the " +
    "event is blocked; with --format claude, 2.",
  examples: ["pawl hooks fire PreToolUse --json < input.json", "pawl hooks fire --format claude"],
  async run(call) {
    const { format } = call.options;
    if (format !== undefined && format !== "claude") throw usageError(`There is no format ${format}; there is claude.`);
    const input = await readInput(call);
    return withHooks(call, async (opened) => {
      const verdict = await fire(call, opened, input);
      return format === "claude" ? printForClaude(call, verdict) : printVerdict(call, verdict);
    });
  },
};

/** @throws CommandError when the input is not one of the event */
export async function fire(call: Call, { loaded, projectDir }: OpenedHooks, input: unknown): Promise<Verdict> {
  const { fireHook } = await import("@pawl/hooks");
  const event = await eventOf(call.arguments[0], input);
  const { signal, env } = call;
  const options = { cwd: projectDir, signal, traceparent: env.TRACEPARENT };
  const fired = await fireHook(loaded.registry, event, input, options);
  if (fired.ok) return fired.verdict;
  const sentences = fired.diagnostics.filter((one) => one.severity === "error").map((one) => one.message);
  throw new CommandError(exitCodes.usage, sentences.join(" "));
}

export function printVerdict(call: Call, verdict: Verdict): ExitCode {
  if (call.options.json === true) {
    call.terminal.json(verdict);
    return exitCodes.ok;
  }
  showVerdict(call.terminal, verdict);
  return verdict.blocked ? exitCodes.failed : exitCodes.ok;
}

async function printForClaude(call: Call, verdict: Verdict): Promise<ExitCode> {
  const { formatForClaude } = await import("@pawl/hooks");
  const answer = formatForClaude(verdict);
  call.terminal.write(answer.stdout);
  if (answer.stderr !== "") call.terminal.note(answer.stderr.trimEnd());
  return answer.exitCode;
}
