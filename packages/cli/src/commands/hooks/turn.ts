import type { Command } from "../../command.ts";
import { checkNames } from "./hook-names.ts";
import { hookOptions, withHooks } from "./open-hooks.ts";

/** `enable` and `disable`. */
export function turnCommand(isDisabled: boolean): Command {
  const done = isDisabled ? "is turned off for you in this project" : "is no longer turned off";
  return {
    arguments: [{ name: "<names...>", description: "Hooks by name" }],
    options: hookOptions,
    details:
      "Kept with your own state and not in the project. To turn a hook off for everybody, write enabled = false into its file.",
    run: (call) =>
      withHooks(call, async ({ loaded }) => {
        checkNames(call.arguments, loaded.hooks);
        for (const name of call.arguments) {
          loaded.store.setDisabled(name, isDisabled);
          call.terminal.out(`${name} ${done}.`);
        }
        loaded.store.save();
      }),
  };
}
