import type { Explanation } from "@pawl/hooks";
import type { Call, Command } from "../../command.ts";
import { hookOptions, trustAllOption, withHooks } from "./open-hooks.ts";
import { eventOf, inputOption, readInput } from "./read-input.ts";

export const command: Command = {
  arguments: [{ name: "<event>", description: "PreToolUse, Stop, …" }],
  options: [
    { flags: "--tool <name>", description: "The tool, for events about one" },
    inputOption,
    ...hookOptions,
    trustAllOption,
  ],
  json: true,
  details: "Say for each hook of an event whether it would run on this input, and why (not). No hook is run.",
  examples: ["pawl hooks explain PreToolUse --tool Bash", "pawl hooks explain SessionStart --input start.json --json"],
  async run(call) {
    const given = (await readInput(call, { isOptional: true })) as Readonly<Record<string, unknown>>;
    const event = await eventOf(call.arguments[0], given);
    const tool = typeof call.options.tool === "string" ? { tool_name: call.options.tool } : {};
    await withHooks(call, async ({ loaded, projectDir }) => {
      const input = { cwd: projectDir, tool_input: {}, ...given, ...tool };
      const explanations = loaded.registry.explain(event, input as never);
      if (call.options.json === true) call.terminal.json({ event, hooks: explanations });
      else show(call, event, explanations, projectDir);
    });
  },
};

function show({ terminal }: Call, event: string, explanations: readonly Explanation[], projectDir: string): void {
  if (explanations.length === 0) {
    terminal.out(`No hooks on ${event}.`);
    return;
  }
  const { colors } = terminal;
  const width = Math.max(...explanations.map((one) => one.name.length));
  for (const one of explanations) {
    const verb = one.wouldRun ? colors.green("runs    ") : colors.yellow("does not");
    const reason = one.reason === undefined || one.reason === "no-match" ? "" : `${one.reason}: `;
    const policy = one.onFailure === "block" ? `on failure: block${one.blocks ? ", so this blocks" : ""}` : "";
    const source = one.source?.startsWith(projectDir) ? one.source.slice(projectDir.length + 1) : one.source;
    const details = [source, policy].filter(Boolean).map((text) => `  ${colors.dim(text!)}`);
    terminal.out(`${one.name.padEnd(width)}  ${verb}  ${reason}${one.detail}${details.join("")}`);
  }
}
