import { join } from "node:path";
import { expect, test } from "vitest";
import { distrustProject, isTrusted, trustProject } from "../../src/project/trusted-projects.ts";
import { folderWith, writeIn } from "./project-folder.ts";

test("a project is trusted by its own path, until it is not, and never by what it brings itself", () => {
  const state = folderWith({});
  const env = { XDG_STATE_HOME: state };
  const project = folderWith({ ".pawl/trusted-projects.json": "{}" });
  expect(isTrusted(project, env)).toBe(false);
  trustProject(project, env);
  expect(isTrusted(project, env)).toBe(true);
  expect(isTrusted(folderWith({}), env)).toBe(false);
  expect(distrustProject(project, env)).toBe(true);
  expect(distrustProject(project, env)).toBe(false);
  expect(isTrusted(project, env)).toBe(false);
});

test("a file of trust that cannot be read trusts nobody", () => {
  const state = folderWith({});
  writeIn(state, join("pawl", "trusted-projects.json"), "[[[");
  expect(isTrusted(folderWith({}), { XDG_STATE_HOME: state })).toBe(false);
});
