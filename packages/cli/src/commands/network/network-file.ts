import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { Project } from "@pawl/flows";
import { nearest } from "@pawl/hooks/diagnostics";
import type { Network, NetworkFile } from "@pawl/networks";
import type { Call, CommandArgument } from "../../command.ts";
import { CommandError, notFound } from "../../command-error.ts";
import { exitCodes } from "../../exit-codes.ts";
import { projectOf } from "../../open-project.ts";
import { formatDiagnostics } from "../../output/diagnostics.ts";
import { networksFile } from "../../stored-networks.ts";

/** What every command for one network takes first. */
export const networkArgument: CommandArgument = {
  name: "<file>",
  description: "A network file, or the name of a network",
  complete: "file",
};

/**
 * Where networks keep their messages: one file per project. Outside of any project it is one per network file, in the
 * user's state folder, so that two networks of the same name never meet.
 */
export function networksDatabase(project: Project, file: string): string {
  if (project.isProject) return networksFile(project);
  const name = createHash("sha256").update(file).digest("hex").slice(0, 16);
  return join(project.stateDir, `networks-${name}.db`);
}

/** The file that was named: a path, or the name of a network of the project. */
export async function findNetworkFile(call: Call, named: string): Promise<string> {
  const path = resolve(call.cwd, named);
  if (existsSync(path) && statSync(path).isFile()) return path;
  const { findNetworkFiles } = await import("@pawl/networks");
  const { dir } = await projectOf(call);
  const files = findNetworkFiles(dir);
  const nameOf = (file: string) => relative(join(dir, "networks"), file).replace(/\.ya?ml$/, "");
  const byName = files.find((file) => nameOf(file) === named);
  if (byName !== undefined) return byName;
  const near = nearest(named, [...files.map(nameOf), ...files.map((file) => relative(call.cwd, file))]);
  throw notFound(
    `There is no network file ${named}.${near === undefined ? "" : ` Did you mean ${near}?`}`,
    "pawl network check",
  );
}

export interface SoundFile extends NetworkFile {
  readonly network: Network;
  /** The one around the file. */
  readonly project: Project;
  readonly database: string;
}

/**
 * The network of a file.
 * @throws CommandError with every mistake, exit 3
 */
export async function soundNetwork(call: Call, named: string): Promise<SoundFile> {
  const { loadNetwork } = await import("@pawl/networks");
  const { findProject } = await import("@pawl/flows");
  const file = await findNetworkFile(call, named);
  const loaded = loadNetwork(file);
  const project = findProject(dirname(file), call.env);
  if (loaded.network !== undefined) {
    return { ...loaded, network: loaded.network, project, database: networksDatabase(project, file) };
  }
  throw invalid(call, loaded);
}

/** Shows what is wrong with a file; the error that ends the command comes back. */
export function invalid(
  call: Call,
  { file, text, diagnostics }: Pick<NetworkFile, "file" | "text" | "diagnostics">,
): CommandError {
  const shown = relative(call.cwd, file) || file;
  call.terminal.note(formatDiagnostics(shown, diagnostics, { colors: call.terminal.colors, text }));
  return new CommandError(exitCodes.invalidFile, `${shown} has mistakes, so its network cannot run.`, {
    next: `pawl network check ${shown}`,
  });
}
