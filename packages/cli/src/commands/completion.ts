import type { Command } from "../command.ts";
import { usageError } from "../command-error.ts";

const shells = ["bash", "zsh", "fish", "powershell"];

export const command: Command = {
  arguments: [{ name: "<shell>", description: shells.join(", ") }],
  details: "Print a script that lets a shell complete commands, flags, and the names of flows, runs and steps.",
  examples: ["pawl completion bash >> ~/.bashrc", "pawl completion zsh > ~/.zfunc/_pawl"],
  async run(call) {
    const [shell = ""] = call.arguments;
    const { didYouMean } = await import("@pawl/hooks/diagnostics");
    if (!shells.includes(shell)) {
      throw usageError(
        `There is no completion for "${shell}".${didYouMean(shell, shells)} Shells: ${shells.join(", ")}.`,
      );
    }
    const { completionScript } = await import("../completion/completion.ts");
    completionScript(shell, (text) => call.terminal.write(text));
  },
};
