import { readlink, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { NodeError } from "../node.ts";

export interface ProjectPathOptions {
  readonly allowOutside: boolean;
  /** Leave a symbolic link at the very end alone (to delete the link itself). Default: follow it. */
  readonly keepLastLink?: boolean;
}

/**
 * The real path of `path`, relative ones taken from the project folder. Symbolic links are followed before the check, so that
 * none of them leads out of the project. What does not exist yet is judged by the nearest folder that does.
 * @throws NodeError `outside-project`
 */
export async function projectPath(projectDir: string, path: string, options: ProjectPathOptions): Promise<string> {
  if (path.includes("\0")) throw new NodeError("A path cannot hold a NUL character.", { code: "invalid-path" });
  const wanted = resolve(projectDir, path);
  const real = options.keepLastLink
    ? join(await realParent(dirname(wanted)), basename(wanted))
    : await realParent(wanted);
  if (options.allowOutside || isInside(await realpath(projectDir), real)) return real;
  throw new NodeError(
    `"${path}" is outside the project folder. \`allow_outside_project: true\` in the step's \`with\` permits it.`,
    { code: "outside-project" },
  );
}

const maxLinks = 40;

/** The real path of the longest part that exists, and the rest as written. A link to what does not exist is followed too. */
async function realParent(path: string, links = 0): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(path) === path) throw asNodeError(error, path);
    const folder = await realParent(dirname(path), links);
    const target = await readlink(join(folder, basename(path))).catch(() => undefined);
    if (target === undefined) return join(folder, basename(path));
    if (links >= maxLinks) throw new NodeError(`"${path}" leads through too many links.`, { code: "file-eloop" });
    return realParent(resolve(folder, target), links + 1);
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

const reasons: Record<string, string> = {
  ENOENT: "does not exist",
  EACCES: "may not be accessed",
  EPERM: "may not be changed",
  EISDIR: "is a folder",
  ENOTDIR: "is not a folder",
  EEXIST: "exists already",
  ENOTEMPTY: "is not empty",
  ELOOP: "is a symbolic link that leads back to itself",
  ENOSPC: "could not be written: the disk is full",
};

/** A file system error as a sentence; `code` is `file-enoent` and the like. Errors that are sentences already stay. */
export function asNodeError(error: unknown, path: string): NodeError {
  if (error instanceof NodeError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "unknown";
  const reason = reasons[code] ?? `could not be used (${code})`;
  return new NodeError(`"${path}" ${reason}.`, { code: `file-${code.toLowerCase()}`, cause: error });
}
