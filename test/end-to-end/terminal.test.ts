import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pawlJson, pawlOnTerminal, temporaryProject } from "./pawl.ts";

const down = "\u001b[B";
const enter = "\r";
const escapeKey = "\u001b";

const release = `name: release
steps:
  - { id: version, uses: human.input, with: { prompt: Which version?, type: integer } }
  - { id: channel, uses: human.input, with: { prompt: Which channel?, choices: [stable, beta], default: stable } }
  - { id: token, uses: human.input, with: { prompt: Which token?, secret: true } }
  - id: publish
    approval: { message: Publish it? }
    uses: file.append
    with: { path: published.txt, content: "\${{ string(steps.version.output) + steps.channel.output }}" }
`;

describe("on a terminal", () => {
  test("a run asks for values and approval right there, and a wrong value is asked for again", async () => {
    const cwd = temporaryProject({ "flows/release.yaml": release });
    const { code, stdout } = await pawlOnTerminal(
      ["run", "release"],
      [
        ["Which version?", `x${enter}`],
        ["is not an integer", "\u007f7\r"],
        ["Which channel?", `${down}${enter}`],
        ["Which token?", `tiger-tiger${enter}`],
        ["Publish it?", enter],
        ["Comment", `go${enter}`],
      ],
      { cwd },
    );
    expect(code, stdout).toBe(0);
    expect(readFileSync(join(cwd, "published.txt"), "utf8")).toBe("7beta");
    expect(stdout).not.toContain("tiger-tiger");
    const { answers, run } = await pawlJson(["show"], { cwd });
    expect(run.status).toBe("completed");
    expect(answers.at(-1)).toMatchObject({ step: "publish", decision: "approve", comment: "go" });
  });

  test("who rejects fails the step, and who leaves it for later leaves the run waiting", async () => {
    const gate =
      "name: gate\nsteps:\n  - { id: a, approval: true, uses: file.append, with: { path: made.txt, content: x } }\n";
    const cwd = temporaryProject({ "flows/gate.yaml": gate });
    const later = await pawlOnTerminal(["run", "gate"], [["asks", `${down}${down}${enter}`]], { cwd });
    expect([later.code, later.stdout]).toEqual([0, expect.stringContaining("pawl approve")]);
    const left = await pawlOnTerminal(["run", "gate"], [["asks", escapeKey]], { cwd });
    expect(left.code).toBe(0);
    const rejected = await pawlOnTerminal(
      ["run", "gate"],
      [
        ["asks", `${down}${enter}`],
        ["Comment", enter],
      ],
      { cwd },
    );
    expect(rejected.code).toBe(1);
    expect(existsSync(join(cwd, "made.txt"))).toBe(false);
  });

  test("a sub-flow that waits is approved where its parent was started", async () => {
    const cwd = temporaryProject({
      "flows/child.yaml":
        "name: child\nsteps:\n  - { id: gate, approval: true, uses: file.append, with: { path: made.txt, content: x } }\n",
      "flows/parent.yaml":
        "name: parent\nsteps:\n  - { id: call, flow: child }\n  - { id: after, uses: data.set, with: { v: 1 } }\n",
    });
    const { code, stdout } = await pawlOnTerminal(
      ["run", "parent"],
      [
        ["gate asks", enter],
        ["Comment", enter],
      ],
      { cwd },
    );
    expect(code, stdout).toBe(0);
    expect(stdout).toContain("completed");
    expect(readFileSync(join(cwd, "made.txt"), "utf8")).toBe("x");
  });

  test("a secret value is typed where nobody sees it", async () => {
    const cwd = temporaryProject({
      "flows/s.yaml": "name: s\nsteps:\n  - { id: ask, uses: human.input, with: { prompt: Token?, secret: true } }\n",
    });
    const { run } = await pawlJson(["run", "s"], { cwd });
    const given = await pawlOnTerminal(["input", run.id, "ask"], [["Value", `tiger-tiger${enter}`]], { cwd });
    expect([given.code, given.stdout]).toEqual([0, expect.not.stringContaining("tiger")]);
    expect((await pawlJson(["resume", run.id], { cwd })).steps[0].output).toBe("***");
  });
});
