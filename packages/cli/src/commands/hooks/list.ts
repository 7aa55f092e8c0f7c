import { relative } from "node:path";
import type { HookStatus, KnownHook } from "@pawl/hooks";
import type { Call, Command } from "../../command.ts";
import { plural } from "../../output/diagnostics.ts";
import { hookOptions, trustAllOption, withHooks } from "./open-hooks.ts";

export const command: Command = {
  options: [...hookOptions, trustAllOption],
  json: true,
  examples: ["pawl hooks list", "pawl hooks list --claude --json"],
  run: (call) =>
    withHooks(call, async ({ loaded, projectDir }) => {
      const { hooks, diagnostics } = loaded;
      if (call.options.json === true) call.terminal.json({ hooks, diagnostics });
      else show(call, hooks, projectDir);
      const errors = diagnostics.filter((one) => one.severity === "error").length;
      if (errors > 0) call.terminal.note(`${plural(errors, "error")} in hook files: pawl hooks check`);
    }),
};

function show({ terminal }: Call, hooks: readonly KnownHook[], projectDir: string): void {
  if (hooks.length === 0) {
    terminal.out("No hooks here. pawl hooks new NAME --event PreToolUse writes a first one.");
    return;
  }
  const nameWidth = Math.max(...hooks.map((hook) => hook.name.length));
  const statusWidth = Math.max(...hooks.map((hook) => hook.status.length));
  for (const hook of hooks) {
    const status = colorOf(hook.status, terminal.colors)(hook.status.padEnd(statusWidth));
    const filter = [hook.matcher && `matcher ${hook.matcher}`, hook.if && `if ${hook.if}`].filter(Boolean).join(", ");
    const place = relative(projectDir, hook.file);
    const where = place.startsWith("..") ? hook.file : place;
    const parts = [hook.events.length > 5 ? `${hook.events.length} events` : hook.events.join(", "), filter, where];
    terminal.out(`${hook.name.padEnd(nameWidth)}  ${status}  ${parts.filter(Boolean).join("  ")}`);
    if (hook.detail !== undefined) terminal.out(`${" ".repeat(nameWidth)}  ${terminal.colors.dim(reasonOf(hook))}`);
  }
}

function colorOf(status: HookStatus, colors: Call["terminal"]["colors"]): (text: string) => string {
  if (status === "active") return colors.green;
  return status === "broken" ? colors.red : colors.yellow;
}

function reasonOf({ name, status, detail }: KnownHook): string {
  const next = { untrusted: `pawl hooks trust ${name}`, disabled: `pawl hooks enable ${name}` }[status as string];
  return next === undefined ? detail! : `${detail} · ${next}`;
}
