import { afterEach, expect, test } from "vitest";
import { createMemoryStore, type Store } from "../../src/index.ts";
import { Deaths, mostDeaths } from "../../src/workers/deaths.ts";

let store: Store | undefined;

afterEach(() => store?.close());

function openDeaths(): Deaths {
  store = createMemoryStore();
  return new Deaths(store.state);
}

test("the third end of a worker at the same place is the one that makes a run poison", async () => {
  const deaths = openDeaths();
  const counts = [];
  for (let n = 0; n < 3; n++) {
    counts.push((await deaths.add("r", { how: "exit code 3", steps: ["boom"], recorded: 1 })).length);
  }
  expect(counts).toEqual([1, 2, mostDeaths]);
  expect(await deaths.of("r")).toHaveLength(3);
});

test("a run whose workers are killed from outside in each of its six steps is never poison", async () => {
  const deaths = openDeaths();
  for (let recorded = 0; recorded < 6; recorded++) {
    const counted = await deaths.add("r", { how: "killed by SIGKILL", steps: [`s${recorded}`], recorded });
    expect(counted.length).toBe(1);
  }
  await deaths.forget("r");
  expect(await deaths.of("r")).toEqual([]);
});
