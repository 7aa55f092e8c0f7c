import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const child = join(import.meta.dirname, "..", "fixtures", "blocking-child.ts");

test("a hook that never gives the loop back is named, by a thread that the loop cannot hold", async () => {
  const blocked = spawn(process.execPath, ["--conditions=source", "--import", "jiti/register", child], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void blocked.kill("SIGKILL"));
  let told = "";
  await new Promise<void>((resolve) => {
    blocked.stderr.setEncoding("utf8").on("data", (text: string) => {
      told += text;
      if (told.includes("still does")) resolve();
    });
    blocked.on("close", () => resolve());
  });
  expect(told).toContain("The hook of n/second has held the event loop for");
});
