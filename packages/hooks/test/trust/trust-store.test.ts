import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { wordsOf } from "../../src/command/command-line.ts";
import { expand, filesNamedBy } from "../../src/trust/command-files.ts";
import { takeFingerprint } from "../../src/trust/fingerprint.ts";
import { TrustStore, trustFile } from "../../src/trust/trust-store.ts";
import { createProject } from "../project.ts";

describe("what is trusted", () => {
  test("is kept outside the project, readable by its owner only", () => {
    const project = createProject({ "a.txt": "a" });
    const store = new TrustStore(project.dir, project.env);
    store.trust("hook:a", takeFingerprint({ projectDir: project.dir, files: [join(project.dir, "a.txt")] }));
    store.save();
    expect(store.file.startsWith(join(project.home, ".local/state/pawl/trust/"))).toBe(true);
    expect(statSync(store.file).mode & 0o777).toBe(0o600);
    expect(trustFile(project.dir, { XDG_STATE_HOME: "/state" })).toMatch(/^\/state\/pawl\/trust\/[0-9a-f]+\.json$/);
  });

  test("is not what was found when the file was changed, added or removed", () => {
    const project = createProject({ "h/a": "a", "h/b": "b" });
    const take = () => takeFingerprint({ projectDir: project.dir, folders: [join(project.dir, "h")] });
    const store = new TrustStore(project.dir, project.env);
    expect(store.objection("k", take())).toContain("nobody");
    store.trust("k", take());
    expect(store.objection("k", take())).toBeUndefined();
    project.write({ "h/c": "c" });
    expect(store.objection("k", take())).toContain("h/c was added");
    project.write({ "h/b": "B" });
    expect(store.objection("k", take())).toContain("h/b changed");
  });

  test("keeps what other parts of Pawl wrote in the same file", () => {
    const project = createProject();
    const file = trustFile(project.dir, project.env);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ project: project.dir, code: { trustedAt: 1 } }));
    new TrustStore(project.dir, project.env).save();
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ code: { trustedAt: 1 }, hooks: {} });
  });

  test.each(["{", "[]", '{"hooks":7}', '{"hooks":{"k":{"files":1}}}', '{"project":"/other","hooks":{}}'])(
    "is nothing when the file holds %s",
    (content) => {
      const project = createProject();
      const file = trustFile(project.dir, project.env);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
      const store = new TrustStore(project.dir, project.env);
      expect(store.objection("k", takeFingerprint({ projectDir: project.dir }))).toContain("nobody");
    },
  );

  test("follows links to what they lead to, and does not go round in circles", () => {
    const project = createProject({ "h/a": "a", "outside/b": "b" });
    symlinkSync(join(project.dir, "outside"), join(project.dir, "h/link"));
    symlinkSync(join(project.dir, "h"), join(project.dir, "h/self"));
    const take = () => takeFingerprint({ projectDir: project.dir, folders: [join(project.dir, "h")] });
    const before = take();
    expect(Object.keys(before.files)).toEqual(["h/a", "h/link/b"]);
    expect(before.isUntouched()).toBe(true);
    project.write({ "outside/b": "B" });
    expect(before.isUntouched()).toBe(false);
    expect(take().files).not.toEqual(before.files);
  });

  test("cannot be more than two thousand files", () => {
    const files = Object.fromEntries(Array.from({ length: 2_001 }, (_, index) => [`h/${index}`, ""]));
    const project = createProject(files);
    const print = takeFingerprint({ projectDir: project.dir, folders: [join(project.dir, "h")] });
    expect(print.problem).toContain("2000");
    expect(new TrustStore(project.dir, project.env).objection("k", print)).toContain("2000");
  });
});

describe("the files of a command", () => {
  test("are found by its words, quotes and variables included", () => {
    const project = createProject({ "a b.sh": "", "x/y.py": "", "z.js": "" });
    const words = wordsOf(`sh 'a b.sh' && python3 "$DIR"/y.py | node --require=./z.js > out.txt; ls -la`);
    expect(filesNamedBy(words, project.dir, { DIR: join(project.dir, "x") }).sort()).toEqual(
      ["a b.sh", "x/y.py", "z.js"].map((name) => join(project.dir, name)),
    );
  });

  test("names of variables that are not known stay as they are", () => {
    expect(expand("$A/${B}/$constructor", { A: "1" })).toBe("1/${B}/$constructor");
  });
});
