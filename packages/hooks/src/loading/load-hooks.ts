import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { HookDiscovery, hookLayers, isInside } from "../discovery/discover.ts";
import type { HookMatcher } from "../registry/hook-matcher.ts";
import { HookRegistry, type HookRegistryOptions } from "../registry/registry.ts";
import { TrustStore } from "../trust/trust-store.ts";
import type { HookCandidate } from "./candidate.ts";
import { type ActionContext, createAction } from "./create-action.ts";
import { fromFolder } from "./from-folders.ts";
import { fromSettings, type SettingsFile } from "./from-settings.ts";
import { type Judgement, judge, shadow } from "./judge.ts";
import { type KnownHook, knownHook } from "./known-hook.ts";
import { whileTrusted } from "./while-trusted.ts";

export interface LoadHooksOptions {
  /** Default: the current folder. */
  readonly projectDir?: string;
  /** Further folders with one folder per hook, nearer than the project's. */
  readonly hooksDirs?: readonly string[];
  /** Claude Code settings or plugin files to read. */
  readonly settings?: readonly string[];
  /** Reads Claude Code's own places too: `.claude/settings.json`, `.claude/settings.local.json`, `~/.claude/settings.json`. */
  readonly claude?: boolean;
  /** Runs the project's hooks whoever trusted them. */
  readonly trustAll?: boolean;
  /** Lets every hook file that cannot be read block as a guard would. */
  readonly strict?: boolean;
  /** Patterns of addresses that hooks may post to, beside those of this machine. */
  readonly allowedUrls?: readonly string[];
  /** Names of variables that commands do not inherit; `*` at the end stands for any ending. */
  readonly withoutEnv?: readonly string[];
  /** Where hooks from Claude Code's settings may leave `export` lines for the session (`CLAUDE_ENV_FILE`). */
  readonly envFile?: string;
  /** Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly registry?: HookRegistryOptions;
}

/** The hooks of a project, ready to run. */
export interface LoadedHooks {
  readonly registry: HookRegistry;
  /** Every hook that was found, with what keeps it from running. */
  readonly hooks: readonly KnownHook[];
  readonly diagnostics: readonly Diagnostic[];
  /** As it was read; what is trusted or turned off since needs a new load. */
  readonly judgements: readonly Judgement[];
  readonly store: TrustStore;
  /** Ends hooks in the background and the programs that were kept running. */
  close(): Promise<void>;
  /** As `close`, but lets events that are on their way come to their end first. */
  retire(): Promise<void>;
}

/** Finds the hooks of a project and makes them ready. One bad file never disables the others. */
export function loadHooks(options: LoadHooksOptions = {}): LoadedHooks {
  const projectDir = resolve(options.projectDir ?? ".");
  const env = options.env ?? process.env;
  const store = new TrustStore(projectDir, env);
  const found = findCandidates(options, projectDir, env);
  const judged = found.candidates.map((one) => judge(one, { store, trustAll: options.trustAll ?? false, env }));
  const judgements = shadow(judged);
  const registry = new HookRegistry({ env, ...options.registry });
  const { withoutEnv = [], envFile } = options;
  const context: ActionContext = { projectDir, env, withoutEnv, envFile };
  const closers = judgements.flatMap((judgement) => register(registry, judgement, store, context));
  const diagnostics = [...found.diagnostics, ...found.candidates.flatMap((one) => one.diagnostics)];
  registry.report(diagnostics.filter((one) => one.severity === "error"));
  const close = async (): Promise<void> => {
    await registry.close();
    await Promise.all(closers.map((end) => end()));
  };
  return {
    registry,
    hooks: judgements.map(({ candidate, status, detail }) => knownHook(candidate, status, detail)),
    diagnostics,
    judgements,
    store,
    close,
    async retire() {
      await registry.settled();
      await close();
    },
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

function findCandidates(
  options: LoadHooksOptions,
  projectDir: string,
  env: Environment,
): { readonly candidates: readonly HookCandidate[]; readonly diagnostics: readonly Diagnostic[] } {
  const layers = hookLayers({ projectDir, hooksDirs: options.hooksDirs, env });
  const folders = new HookDiscovery(layers).discover();
  const settings = settingsFiles(options, projectDir, env).map((file) =>
    fromSettings(file, { projectDir, allowedUrls: options.allowedUrls ?? [] }),
  );
  return {
    candidates: [
      ...folders.map((hook) => fromFolder(hook, projectDir, options.strict ?? false)),
      ...settings.flatMap((file) => file.candidates),
    ],
    diagnostics: settings.flatMap((file) => file.diagnostics),
  };
}

/** The settings files to read, the user's first. */
export function settingsFiles(options: LoadHooksOptions, projectDir: string, env: Environment): SettingsFile[] {
  const places = options.claude
    ? [
        { path: join(env.HOME || homedir(), ".claude", "settings.json"), isFromProject: false, isRequired: false },
        { path: join(projectDir, ".claude", "settings.json"), isFromProject: true, isRequired: false },
        { path: join(projectDir, ".claude", "settings.local.json"), isFromProject: true, isRequired: false },
      ]
    : [];
  const given = (options.settings ?? []).map((file): SettingsFile => {
    const path = resolve(file);
    return { path, isFromProject: isInside(path, projectDir), isRequired: true };
  });
  return [...places.filter((place) => !given.some((file) => file.path === place.path)), ...given];
}

function register(
  registry: HookRegistry,
  judgement: Judgement,
  store: TrustStore,
  context: ActionContext,
): (() => Promise<void>)[] {
  const { candidate, status } = judgement;
  if (status === "shadowed") return [];
  const { matcher, close } = matcherOf(judgement, store, context);
  for (const event of candidate.events) {
    try {
      registry.register(event, [matcher]);
    } catch (error) {
      // Only a matcher that does not fit this one of several events gets here; its file was checked before.
      const detail = error instanceof Error ? error.message : String(error);
      const { matcher: _, if: __, ...rest } = matcher;
      registry.register(event, [{ ...rest, hooks: [], unavailable: { status: "failed", detail } }]);
    }
  }
  return close ? [close] : [];
}

function matcherOf(
  { candidate, unavailable, fingerprint }: Judgement,
  store: TrustStore,
  context: ActionContext,
): { readonly matcher: HookMatcher; readonly close?: () => Promise<void> } {
  const base = {
    ...candidate.filter,
    name: candidate.name,
    source: candidate.line === undefined ? candidate.file : `${candidate.file}:${candidate.line}`,
    description: candidate.description,
    onFailure: candidate.onFailure,
    timeoutMs: candidate.timeoutMs,
  };
  if (unavailable || candidate.action.type === "none") {
    const reason = unavailable ?? { status: "failed" as const, detail: "it cannot be called" };
    return { matcher: { ...base, hooks: [], unavailable: reason } };
  }
  const action = createAction(candidate.action, context);
  const { trust } = candidate;
  const callback =
    trust && fingerprint ? whileTrusted(action.callback, { ...trust, fingerprint, store }) : action.callback;
  const settle = action.settleMs === undefined ? {} : { settleMs: action.settleMs };
  return {
    matcher: { ...base, ...settle, hooks: [callback] },
    ...(action.close ? { close: () => action.close!() } : {}),
  };
}
