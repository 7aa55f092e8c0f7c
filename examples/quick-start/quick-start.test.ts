import type { HookInputFor } from "@pawl/hooks";
import { expect, test } from "vitest";
import { createRegistry } from "./quick-start.ts";

const used = (tool_name: string): HookInputFor<"PostToolUse"> => ({
  session_id: "s1",
  transcript_path: "",
  cwd: "/",
  tool_name,
  tool_input: {},
  tool_response: "",
  tool_use_id: "t1",
});

test("the hook is called after Bash, and after nothing else", async () => {
  const lines: string[] = [];
  const registry = createRegistry((line) => lines.push(line));
  const verdict = await registry.run("PostToolUse", used("Bash"));
  await registry.run("PostToolUse", used("Read"));
  expect(lines).toEqual(["Tool used: Bash"]);
  expect(verdict.hooks).toMatchObject([{ name: "bash-logger", status: "ok" }]);
});
