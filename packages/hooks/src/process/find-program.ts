import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, resolve } from "node:path";

export interface ProgramSearch {
  /** The value of PATH; an empty part means the working directory. */
  readonly path: string | undefined;
  /** Where relative names and parts start. Default: the working directory of this process. */
  readonly cwd?: string;
  /** Windows only: the endings tried. */
  readonly pathExtensions?: string | undefined;
}

const whenPathIsUnset = "/usr/local/bin:/bin:/usr/bin";

/** The file that a program's name stands for, found as `execvp` finds it, without starting anything. */
export function findProgram(name: string, search: ProgramSearch): string | undefined {
  const cwd = search.cwd ?? process.cwd();
  const endings = process.platform === "win32" ? ["", ...(search.pathExtensions ?? ".EXE;.CMD;.BAT").split(";")] : [""];
  const isPlain = !name.includes("/") && !(process.platform === "win32" && (name.includes("\\") || isAbsolute(name)));
  const folders = isPlain ? (search.path ?? whenPathIsUnset).split(delimiter) : [""];
  for (const folder of folders) {
    for (const ending of endings) {
      const file = resolve(cwd, folder, name + ending);
      if (name !== "" && isExecutable(file)) return file;
    }
  }
  return undefined;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
