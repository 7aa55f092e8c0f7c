import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkNetwork } from "@pawl/networks";
import { describe, expect, test } from "vitest";
import { networkText, temporaryFolder } from "../networks.ts";

async function codes(
  modules: Readonly<Record<string, string>>,
  options: { isStrict?: boolean } = {},
  pod = "",
): Promise<string[]> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "n"));
  for (const [name, text] of Object.entries(modules)) writeFileSync(join(folder, "n", name), text);
  const file = join(folder, "n.yaml");
  writeFileSync(file, networkText(["g:gateway", "r:relay", "s:sink"], ["g>r", "r>s"], pod === "" ? {} : { r: pod }));
  const { diagnostics } = await checkNetwork(file, { importModules: true, ...options });
  for (const diagnostic of diagnostics) expect(diagnostic.file).toBe(file);
  return diagnostics.map(({ code, severity, line }) => `${code}${severity === "warning" ? "!" : ""} ${line ?? "-"}`);
}

describe("the module of a pod", () => {
  test.each([
    ["in camelCase is found", "export const onReceiveRelay = (p) => p;", []],
    ["in snake_case is found", "export async function on_receive_relay(p) { return p; }", []],
    ["as a default export that is an object is found", "export default { onReceiveRelay: (p) => p };", []],
    [
      "under both names is found when it is one function",
      "const f = (p) => p; export { f as onReceiveRelay, f as on_receive_relay };",
      [],
    ],
    [
      "under both names with two functions is an error",
      "export const onReceiveRelay = (p) => p; export const on_receive_relay = () => {};",
      ["hook-conflict 4"],
    ],
    ["of another type is an error", "export const onAggregate = (p) => p;", ["hook-wrong-type 4"]],
    ["that is no function is an error", "export const onReceiveRelay = 7;", ["hook-not-function 4"]],
    ["that is nearly named right is a warning", "export const onRecieveRelay = (p) => p;", ["hook-missing! 4"]],
    ["that asks for too much is a warning", "export const onReceiveRelay = (a, b, c) => a;", ["hook-parameters! 4"]],
    ["that cannot be loaded is an error", "export const onReceiveRelay = ;", ["module-failed 4"]],
  ])("with a hook %s", async (_, text, expected) => {
    expect(await codes({ "r.js": text })).toEqual(expected);
  });

  test("is not needed, unless the check is strict", async () => {
    expect(await codes({})).toEqual([]);
    expect(await codes({}, { isStrict: true })).toEqual(["hook-missing 3", "hook-missing 4", "hook-missing 5"]);
  });

  test("whose name is nearly that of a pod is pointed out", async () => {
    expect(await codes({ "rr.js": "export {};" })).toEqual(["unknown-pod! -"]);
  });

  test("that is named in the file may hold the hooks of several pods", async () => {
    const text = "export const onReceiveRelay = (p) => p; export const onAggregate = (p) => p;";
    expect(await codes({ "shared.js": text }, {}, "module: ./n/shared.js")).toEqual([]);
  });
});
