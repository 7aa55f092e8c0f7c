import { type HookEvent, isHookEvent } from "../events/names.ts";
import type { FailurePolicy } from "../guard/failure-policy.ts";

/** What can still be told from a file that cannot be parsed. A guard must not vanish because of a typing error. */
export function salvage(source: string): { name: string; events: readonly HookEvent[]; onFailure: FailurePolicy } {
  const head = source.slice(0, 65_536);
  const value = (key: string) => new RegExp(`^[ \\t]*${key}[ \\t]*[=:][ \\t]*["']?([\\w.@:-]+)`, "m").exec(head)?.[1];
  const list = /^[ \t]*events[ \t]*[=:]([^\n]*)/m.exec(head)?.[1] ?? "";
  const names = [value("event") ?? "", ...list.split(/[^A-Za-z]+/)];
  return {
    name: value("name") ?? "",
    events: [...new Set(names.filter(isHookEvent))],
    onFailure: value("on_failure") === "block" ? "block" : "continue",
  };
}
