import { readFileSync } from "node:fs";
import { join } from "node:path";
import { definePlugin, expressionFunction, inputCollector } from "@pawl/flows";

/** `next_version("1.4.2", "minor")` is `1.5.0`. */
export const nextVersion = expressionFunction({
  name: "next_version",
  description: "The version that comes after one: major, minor or patch.",
  parameters: ["string", "string"],
  returns: "string",
  call(version, step) {
    const parts = version.split(".").map(Number);
    const at = ["major", "minor", "patch"].indexOf(step);
    if (parts.length !== 3 || !parts.every(Number.isInteger)) throw new Error(`"${version}" is no version`);
    if (at < 0) throw new Error(`"${step}" is none of major, minor, patch`);
    return parts.map((part, index) => (index < at ? part : index === at ? part + 1 : 0)).join(".");
  },
});

/** Knows the input `version` of any run: it stands in the project's package.json. */
export const packageVersion = inputCollector({
  name: "package.json",
  description: "Gives the version of package.json to runs that need one.",
  collect({ kind, name }, { projectDir }) {
    if (kind !== "run" || name !== "version") return undefined;
    const { version } = JSON.parse(readFileSync(join(projectDir, "package.json"), "utf8"));
    return version;
  },
});

export default definePlugin({
  name: "release",
  functions: [nextVersion],
  inputCollectors: [packageVersion],
});
