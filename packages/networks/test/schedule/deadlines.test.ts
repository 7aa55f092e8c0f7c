import { describe, expect, test } from "vitest";
import { Deadlines } from "../../src/schedule/deadlines.ts";
import { VirtualTime } from "../simulation/virtual-time.ts";

function deadlines() {
  const time = new VirtualTime();
  let timers = 0;
  const clock = {
    now: () => time.now(),
    monotonic: () => time.monotonic(),
    sleep: (ms: number) => time.sleep(ms),
    after(ms: number, run: () => void) {
      timers++;
      return time.after(ms, run);
    },
  };
  return { time, waits: new Deadlines(clock, 100), timers: () => timers };
}

describe("deadlines", () => {
  test("call who is late when its own time is up, in order, and nobody who has ended", async () => {
    const { time, waits } = deadlines();
    const late: string[] = [];
    const begin = (name: string) => waits.begin(() => late.push(`${name} ${time.now() - 1_000_000}`));
    const a = begin("a");
    time.after(30, () => begin("b"));
    time.after(40, () => {
      const c = begin("c");
      time.after(10, () => waits.end(c));
      waits.end(a);
      waits.end(a);
    });
    time.after(60, () => begin("d"));
    await time.run(20);
    expect(late).toEqual(["b 130", "d 160"]);
  });

  test("share a timer, and leave none when nobody waits", async () => {
    const { time, waits, timers } = deadlines();
    const open = Array.from({ length: 50 }, () => waits.begin(() => {}));
    expect(timers()).toBe(1);
    for (const each of open) waits.end(each);
    await new Promise(setImmediate);
    await time.run(1);
    expect(time.now()).toBe(1_000_000);
  });

  test("may be begun again by who is late", async () => {
    const { time, waits } = deadlines();
    let late = 0;
    const again = () => {
      late++;
      if (late < 3) waits.begin(again);
    };
    waits.begin(again);
    await time.run(10);
    expect([late, time.now()]).toEqual([3, 1_000_300]);
  });
});
