import { temporaryFolder } from "../../harness/folder.js";
import { median } from "../../harness/statistics.js";
import { rateOf, subject } from "../../harness/subject.js";
import { flowOf, oneStep, openEngine } from "./engine.js";

// Words: how many ended runs are stored. What opening, starting, claiming and listing cost then.
subject(async ({ words: [stored] }) => {
  const folder = temporaryFolder();
  const flow = await flowOf(oneStep);
  const { engine, store } = await openEngine({ folder, synchronous: "normal" });
  await rateOf(Number(stored), 64, () => engine.run(flow));
  await store.close();
  const opening = [];
  let opened;
  for (let index = 0; index < 3; index++) {
    await opened?.store.close();
    const begin = performance.now();
    opened = await openEngine({ folder, synchronous: "normal" });
    opening.push(performance.now() - begin);
  }
  return {
    open: median(opening),
    list: await time(() => opened.store.durability.list({ limit: 20 })),
    claim: await time(() => opened.engine.run(flow)),
    // Last, because nobody executes these: they would keep the places of the others.
    start: await time(() => opened.engine.start(flow)),
  };
});

async function time(call) {
  const times = [];
  for (let index = 0; index < 120; index++) {
    const begin = performance.now();
    await call();
    times.push(performance.now() - begin);
  }
  return median(times.slice(20));
}
