import { resolve } from "node:path";
import { wordsOf } from "../command/command-line.ts";
import type { FoundHook } from "../discovery/discover.ts";
import type { HookManifest } from "../discovery/manifest.ts";
import { type HookEvent, hookEvents } from "../events/names.ts";
import { eventRules } from "../events/rules.ts";
import { filesNamedBy } from "../trust/command-files.ts";
import { type FingerprintSources, pathIn } from "../trust/fingerprint.ts";
import type { HookAction, HookCandidate } from "./candidate.ts";
import { checkScript } from "./check-script.ts";

/** Events on which a guard that cannot be read has to be reckoned with. */
const guardedEvents: readonly HookEvent[] = hookEvents.filter((event) => eventRules[event].block === "prevent");

/** The candidate that a `HOOK.md` makes. */
export function fromFolder(found: FoundHook, projectDir: string, isStrict: boolean): HookCandidate {
  const base = {
    name: found.name,
    layer: found.layer.name,
    file: found.file,
    canBeShadowed: true,
  };
  const { manifest } = found;
  if (!manifest) return { ...base, ...brokenParts(found, isStrict) };
  const action = actionOf(manifest, found.folder);
  return {
    ...base,
    ...(manifest.line === undefined ? {} : { line: manifest.line }),
    events: manifest.events,
    filter: {
      ...(manifest.matcher === undefined ? {} : { matcher: manifest.matcher }),
      ...(manifest.if === undefined ? {} : { if: manifest.if }),
      ...(manifest.requires === undefined ? {} : { requires: manifest.requires }),
      ...(manifest.parallel === undefined ? {} : { parallel: manifest.parallel }),
      ...(manifest.background === undefined ? {} : { background: manifest.background }),
      priority: manifest.priority,
    },
    timeoutMs: manifest.timeoutMs,
    onFailure: manifest.onFailure,
    action,
    description: manifest.description,
    ...(manifest.enabled ? {} : { disabled: "enabled = false in its file" }),
    ...(found.layer.isFromProject ? { trust: trustOf(found, action, projectDir) } : {}),
    diagnostics: [...found.diagnostics, ...checkScript(found.file, action, found.folder)],
  };
}

type BrokenParts = Pick<
  HookCandidate,
  "events" | "filter" | "timeoutMs" | "onFailure" | "action" | "description" | "diagnostics"
>;

function brokenParts({ broken, diagnostics }: FoundHook, isStrict: boolean): BrokenParts {
  const events = broken?.events ?? [];
  return {
    events: events.length > 0 ? events : guardedEvents,
    filter: {},
    timeoutMs: 0,
    onFailure: isStrict ? "block" : (broken?.onFailure ?? "continue"),
    action: { type: "none", kind: "broken", detail: broken?.reason ?? "its file cannot be read" },
    description: "",
    diagnostics,
  };
}

function actionOf(manifest: HookManifest, folder: string): HookAction {
  if (manifest.handler !== undefined) return { type: "handler", file: resolve(folder, manifest.handler) };
  const command = manifest.command!;
  return {
    type: "command",
    command: manifest.args === undefined ? command : [command, ...manifest.args],
    cwd: folder,
    variables: manifest.env,
    mode: manifest.mode,
  };
}

function trustOf(found: FoundHook, action: HookAction, projectDir: string): NonNullable<HookCandidate["trust"]> {
  const key = `hook:${pathIn(projectDir, found.folder)}`;
  const words = action.type === "command" ? wordsOf(action.command) : [];
  const named = action.type === "handler" ? [action.file] : filesNamedBy(words, found.folder);
  const sources: FingerprintSources = { projectDir, folders: [found.folder], files: named };
  return { key, sources };
}
