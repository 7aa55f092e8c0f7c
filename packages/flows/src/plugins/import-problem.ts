/** The sentence of an error from a loader, without its frames; a package that is missing is named with what installs it. */
export function importProblem(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const missing = missingPackage(text);
  if (missing !== undefined) return `it needs the package "${missing}", which is not installed: npm install ${missing}`;
  return text.replace(/\s*\n[\s\S]*/, "").trim() || "it threw an error without a message";
}

/** The name of the package that Node or jiti did not find; files that are missing are told in their own words. */
function missingPackage(text: string): string | undefined {
  const specifier = /Cannot find (?:package|module) '([^']+)'/.exec(text)?.[1];
  if (specifier === undefined || /^(?:\.|\/|file:|node:|[A-Za-z]:)/.test(specifier)) return undefined;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Where the loader, or the stack of what a module threw, says that the fault is. */
export function positionIn(error: unknown, file: string): { line?: number; column?: number } {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : "";
  const at = text.indexOf(`${file}:`);
  const match = at < 0 ? null : /^:(\d+):(\d+)/.exec(text.slice(at + file.length));
  return match ? { line: Number(match[1]), column: Number(match[2]) } : {};
}
