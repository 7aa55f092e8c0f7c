import type { HookEvent } from "@pawl/hooks";

export const hookLanguages = ["sh", "python", "node", "typescript"] as const;
export type HookLanguage = (typeof hookLanguages)[number];

export interface NewHook {
  readonly name: string;
  readonly event: HookEvent;
  readonly matcher: string | undefined;
  readonly language: HookLanguage;
}

export interface NewFile {
  readonly path: string;
  readonly content: string;
  readonly isProgram: boolean;
}

/** The files of a hook that does nothing yet. */
export function newHookFiles(hook: NewHook): NewFile[] {
  const { path, action, content } = programs[hook.language](hook.event);
  const keys = [
    `name = ${JSON.stringify(hook.name)}`,
    `event = "${hook.event}"`,
    ...(hook.matcher === undefined ? [] : [`matcher = ${JSON.stringify(hook.matcher)}`]),
    ...action,
    "timeout = 10",
    '# on_failure = "block"   # for a guard: what crashes or is late then refuses',
  ];
  const manifest = `+++\n${keys.join("\n")}\n+++\n\n${hook.name}: say here what it is for.\n`;
  return [
    { path: "HOOK.md", content: manifest, isProgram: false },
    { path, content, isProgram: true },
  ];
}

interface Program {
  readonly path: string;
  readonly action: readonly string[];
  readonly content: string;
}

const programs: Readonly<Record<HookLanguage, (event: HookEvent) => Program>> = {
  sh: (event) => ({
    path: "run.sh",
    action: ['command = "./run.sh"'],
    content: `#!/bin/sh
# ${event}: the event is JSON on standard input. Exit 0 goes on; exit 2 refuses, with standard error as the reason.
input=$(cat)
exit 0
`,
  }),
  python: (event) => ({
    path: "run.py",
    action: ['command = "python3 run.py"'],
    content: `import json
import sys

# ${event}: print a JSON object to answer, or exit with 2 and a reason on standard error to refuse.
event = json.load(sys.stdin)
`,
  }),
  node: (event) => ({
    path: "run.mjs",
    action: ['command = "node run.mjs"'],
    content: `import { readFileSync } from "node:fs";

// ${event}: print a JSON object to answer, or exit with 2 and a reason on standard error to refuse.
const event = JSON.parse(readFileSync(0, "utf8"));
`,
  }),
  typescript: (event) => ({
    path: "hook.ts",
    action: ['handler = "./hook.ts"'],
    content: `import { type HookInputOf, hookFn } from "@pawl/hooks";

// Runs inside the host. Return { decision: "block", reason } to refuse.
export default hookFn(async (input: HookInputOf<"${event}">) => {});
`,
  }),
};
