import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findProject } from "../../src/project/find-project.ts";
import { folderWith } from "./project-folder.ts";

describe("the project around a folder", () => {
  test("is the nearest ancestor with a configuration or with .pawl/", () => {
    const outer = folderWith({
      "pawl.config.mjs": "",
      "inner/.pawl/keep": "",
      "inner/deep/er/file": "",
      "other/file": "",
    });
    expect(findProject(join(outer, "inner", "deep", "er")).dir).toBe(join(outer, "inner"));
    expect(findProject(join(outer, "other"))).toMatchObject({
      dir: outer,
      isProject: true,
      stateDir: join(outer, ".pawl"),
      databaseFile: join(outer, ".pawl", "pawl.db"),
      configFile: join(outer, "pawl.config.mjs"),
    });
  });

  test("is the folder itself when it has flows or networks and nothing is around it", () => {
    const folder = folderWith({ "mine/flows/a.yaml": "", "mine/below/file": "", "net/networks/a.yaml": "" });
    const mine = join(folder, "mine");
    expect(findProject(mine)).toMatchObject({ dir: mine, isProject: true, stateDir: join(mine, ".pawl") });
    expect(findProject(join(folder, "net")).isProject).toBe(true);
    expect(findProject(join(mine, "below")).isProject).toBe(false);
  });

  test("is none outside, where the state is the user's", () => {
    const folder = folderWith({});
    expect(findProject(folder, { XDG_STATE_HOME: "/state" })).toMatchObject({
      dir: folder,
      isProject: false,
      stateDir: join("/state", "pawl"),
      configFile: undefined,
    });
    expect(findProject(folder, { HOME: "/home/ada" }).stateDir).toBe(join("/home/ada", ".local", "state", "pawl"));
  });
});
