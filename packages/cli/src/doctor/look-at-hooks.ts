import type { LoadedProject } from "@pawl/flows";
import { hookLoadOptions, mayHaveHooks } from "../hooks/load-options.ts";
import { plural } from "../output/diagnostics.ts";
import type { Finding } from "./finding.ts";

/** The lifecycle hooks that would meet steps here, without calling one: those that cannot run, each with what to do. */
export async function lookAtHooks(
  { project, config }: LoadedProject,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Finding[]> {
  if (!mayHaveHooks(project, config, env)) return [];
  const { loadHooks } = await import("@pawl/hooks");
  const loaded = loadHooks(hookLoadOptions(project, config, env));
  try {
    const { hooks, diagnostics } = loaded;
    const ready = hooks.filter(({ status }) => status === "active");
    const others = hooks.filter(({ status }) => status !== "active" && status !== "disabled" && status !== "shadowed");
    const summary: Finding = {
      name: "hooks",
      ok: true,
      detail: `${plural(ready.length, "hook")} of ${hooks.length} can run`,
    };
    return [
      summary,
      ...others.map(({ name, status, detail }): Finding => {
        // One that nobody has looked at yet, or that needs something of this machine, is no mistake.
        const next = status === "untrusted" ? `pawl hooks trust ${name}` : "pawl hooks check";
        return { name: "hook", ok: status !== "broken", detail: `${name}: ${detail ?? status}`, next };
      }),
      ...diagnostics
        .filter(({ severity }) => severity === "error")
        .map(({ message }): Finding => ({ name: "hook", ok: false, detail: message, next: "pawl hooks check" })),
    ];
  } finally {
    await loaded.close();
  }
}
