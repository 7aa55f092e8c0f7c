import type { KnownHook } from "@pawl/hooks";
import { didYouMean } from "@pawl/hooks/diagnostics";
import { notFound } from "../../command-error.ts";

/** @throws CommandError when one of the names is no hook's */
export function checkNames(names: readonly string[], hooks: readonly KnownHook[]): void {
  const known = new Set(hooks.map((hook) => hook.name));
  for (const name of names) {
    if (!known.has(name)) throw notFound(`There is no hook "${name}".${didYouMean(name, known)}`, "pawl hooks list");
  }
}
