import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryProject } from "../execution/flow-kit.ts";
import { runNode } from "./node-kit.ts";

describe("file nodes", () => {
  test("write, append, read, copy, list and delete, making folders", async () => {
    const projectDir = temporaryProject();
    const run = async (uses: string, input: unknown) => (await runNode(uses, input, { projectDir })).output;
    expect(await run("file.write", { path: "a/b.txt", content: "one\n" })).toBe(join(projectDir, "a", "b.txt"));
    await run("file.append", { path: "a/b.txt", content: "two\n" });
    await run("file.append", { path: "log/lines", content: { n: 1 } });
    expect(await run("file.read", { path: "a/b.txt" })).toBe("one\ntwo\n");
    expect(await run("file.read", { path: "log/lines" })).toBe('{"n":1}\n');
    expect(await run("file.copy", { from: "a/b.txt", to: "c/d.txt" })).toBe(join(projectDir, "c", "d.txt"));
    expect(await run("file.list", { path: "a" })).toEqual(["b.txt"]);
    expect(await run("file.list", {})).toEqual(["a", "c", "log"]);
    expect(await run("file.delete", { path: "a/b.txt" })).toEqual({ deleted: true });
    expect(await run("file.delete", { path: "a/b.txt" })).toEqual({ deleted: false });
    expect(await run("file.delete", { path: "c", recursive: true })).toEqual({ deleted: true });
    expect(readFileSync(join(projectDir, "log/lines"), "utf8")).toBe('{"n":1}\n');
  });

  test("write values as JSON, bytes by encoding, and keep the mode of a file they replace", async () => {
    const projectDir = temporaryProject();
    writeFileSync(join(projectDir, "run.sh"), "old", { mode: 0o755 });
    await runNode("file.write", { path: "run.sh", content: { a: [1] } }, { projectDir });
    expect(JSON.parse(readFileSync(join(projectDir, "run.sh"), "utf8"))).toEqual({ a: [1] });
    expect(statSync(join(projectDir, "run.sh")).mode & 0o777).toBe(0o755);
    await runNode("file.write", { path: "bytes", content: "AAEC", encoding: "base64" }, { projectDir });
    expect([...readFileSync(join(projectDir, "bytes"))]).toEqual([0, 1, 2]);
    expect((await runNode("file.read", { path: "bytes", encoding: "hex" }, { projectDir })).output).toBe("000102");
    expect(readdirSync(projectDir).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("say what is wrong in a sentence", async () => {
    const projectDir = temporaryProject();
    mkdirSync(join(projectDir, "folder"));
    writeFileSync(join(projectDir, "big"), "x".repeat(100));
    expect(await runNode("file.read", { path: "none" }, { projectDir })).toMatchObject({
      code: "file-enoent",
      message: '"none" does not exist.',
    });
    expect((await runNode("file.read", { path: "folder" }, { projectDir })).code).toBe("file-eisdir");
    expect((await runNode("file.read", { path: "big", max_bytes: 99 }, { projectDir })).code).toBe("too-large");
    expect((await runNode("file.list", { path: "big" }, { projectDir })).code).toBe("file-enotdir");
    expect((await runNode("file.delete", { path: "folder" }, { projectDir })).code).toBe("file-eisdir");
    expect((await runNode("file.delete", { path: "none", missing_ok: false }, { projectDir })).code).toBe(
      "file-enoent",
    );
  });
});

describe("the project folder", () => {
  /** A project beside a folder whose name begins with its own, with links that lead there. */
  function layOut() {
    const parent = temporaryProject();
    const projectDir = join(parent, "proj");
    const outside = join(parent, "proj-evil");
    mkdirSync(projectDir);
    mkdirSync(outside);
    writeFileSync(join(outside, "secret"), "secret");
    symlinkSync(outside, join(projectDir, "folder-link"));
    symlinkSync(join(outside, "secret"), join(projectDir, "file-link"));
    symlinkSync(join(outside, "not-yet"), join(projectDir, "dangling"));
    return { parent, projectDir, outside };
  }

  test.each(["../proj-evil/secret", "folder-link/secret", "file-link", "/etc/hostname", "a/../../proj-evil/secret"])(
    "is not left by reading %s",
    async (path) => {
      const { projectDir } = layOut();
      expect(await runNode("file.read", { path }, { projectDir })).toMatchObject({ code: "outside-project" });
    },
  );

  test.each(["../proj-evil/new", "folder-link/new", "file-link", "dangling", "folder-link/deep/new"])(
    "is not left by writing to %s",
    async (path) => {
      const { projectDir, outside } = layOut();
      for (const uses of ["file.write", "file.append"]) {
        expect((await runNode(uses, { path, content: "x" }, { projectDir })).code).toBe("outside-project");
      }
      expect((await runNode("file.copy", { from: "file-link", to: "x" }, { projectDir })).code).toBe("outside-project");
      expect(readdirSync(outside)).toEqual(["secret"]);
      expect(readFileSync(join(outside, "secret"), "utf8")).toBe("secret");
    },
  );

  test("may be left when the step says so", async () => {
    const { projectDir } = layOut();
    const input = { path: "../proj-evil/secret", allow_outside_project: true };
    expect((await runNode("file.read", input, { projectDir })).output).toBe("secret");
  });

  test("loses a link by file.delete, not what the link leads to", async () => {
    const { projectDir, outside } = layOut();
    await runNode("file.delete", { path: "file-link" }, { projectDir });
    await runNode("file.delete", { path: "folder-link", recursive: true }, { projectDir });
    expect(() => lstatSync(join(projectDir, "file-link"))).toThrow();
    expect(existsSync(join(outside, "secret"))).toBe(true);
    expect((await runNode("file.delete", { path: ".", recursive: true }, { projectDir })).code).toBe("outside-project");
    expect(existsSync(projectDir)).toBe(true);
  });

  test("is where shell.run works, and not left by its cwd", async () => {
    const { projectDir } = layOut();
    expect((await runNode("shell.run", { command: "pwd" }, { projectDir })).output).toMatchObject({
      stdout: projectDir,
    });
    expect((await runNode("shell.run", { command: "pwd", cwd: "../proj-evil" }, { projectDir })).code).toBe(
      "outside-project",
    );
    expect((await runNode("shell.run", { command: "pwd", cwd: "folder-link" }, { projectDir })).code).toBe(
      "outside-project",
    );
    const outside = { command: "pwd", cwd: "/", allow_outside_project: true };
    expect((await runNode("shell.run", outside, { projectDir })).output).toMatchObject({ stdout: "/" });
  });
});
