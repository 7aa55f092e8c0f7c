import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/end-to-end/pawl.ts";
import { welcome } from "./embed.ts";

test("a flow runs inside of a program, waits, and goes on when somebody has decided", async () => {
  const lines: string[] = [];
  await welcome(temporaryFolder(), "Ada", (line) => lines.push(line));
  expect(lines).toEqual([
    "greet has ended",
    "the run is waiting",
    "ask has ended",
    'the run is completed: {"said":"Hello Ada"}',
  ]);
});
