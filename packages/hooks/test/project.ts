import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

/** A project folder of its own for one test, with a home folder beside it. Both go away at the end. */
export interface TestProject {
  readonly dir: string;
  readonly home: string;
  /** This process's environment with the home folder of the test. */
  readonly env: Record<string, string | undefined>;
  /** Writes files below the project, scripts (`.sh`, `.py`) executable. */
  write(files: Readonly<Record<string, string>>): void;
  /** The same below the home folder. */
  writeHome(files: Readonly<Record<string, string>>): void;
}

export function createProject(
  files: Readonly<Record<string, string>> = {},
  atEnd: (cleanUp: () => void) => void = onTestFinished,
): TestProject {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "pawl-hooks-")));
  atEnd(() => rmSync(root, { recursive: true, force: true }));
  const dir = join(root, "project");
  const home = join(root, "home");
  for (const folder of [dir, home]) mkdirSync(folder);
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: undefined, XDG_STATE_HOME: undefined };
  const project: TestProject = {
    dir,
    home,
    env,
    write: (more) => writeBelow(dir, more),
    writeHome: (more) => writeBelow(home, more),
  };
  project.write(files);
  return project;
}

function writeBelow(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    const full = join(folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    if (/\.(sh|py)$/.test(path)) chmodSync(full, 0o755);
  }
}

/** A `HOOK.md` with TOML front matter. */
export function hookFile(keys: Readonly<Record<string, unknown>>, body = ""): string {
  const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return `+++\n${lines.join("\n")}\n+++\n${body}`;
}
