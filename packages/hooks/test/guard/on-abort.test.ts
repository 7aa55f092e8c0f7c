import { describe, expect, onTestFinished, test } from "vitest";
import { guard, onAbort } from "../../src/guard/index.ts";

describe("listening for an abort", () => {
  test("calls every listener once, in order, and nobody who left", () => {
    const controller = new AbortController();
    const heard: string[] = [];
    onAbort(controller.signal, () => heard.push("a"));
    onAbort(controller.signal, () => heard.push("b"))();
    const same = (): void => void heard.push("same");
    onAbort(controller.signal, same);
    onAbort(controller.signal, same)();
    controller.abort();
    controller.abort();
    expect(heard).toEqual(["a", "same"]);
  });

  test("calls at once when the abort is over, and never without a signal", () => {
    const heard: string[] = [];
    onAbort(AbortSignal.abort(), () => heard.push("now"))();
    onAbort(undefined, () => heard.push("never"))();
    expect(heard).toEqual(["now"]);
  });

  test("works again after everybody left", () => {
    const controller = new AbortController();
    const heard: string[] = [];
    onAbort(controller.signal, () => heard.push("a"))();
    onAbort(controller.signal, () => heard.push("b"));
    controller.abort();
    expect(heard).toEqual(["b"]);
  });

  test("on one signal by many guarded calls at once warns of no leak, and cancels them all", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on("warning", onWarning);
    onTestFinished(() => void process.off("warning", onWarning));
    const controller = new AbortController();
    const { signal } = controller;
    const outcomes = Array.from({ length: 50 }, () => guard(() => new Promise(() => {}), { signal }));
    controller.abort("stop");
    expect(new Set((await Promise.all(outcomes)).map((outcome) => outcome.status))).toEqual(new Set(["cancelled"]));
    await new Promise(setImmediate);
    expect(warnings).toEqual([]);
  });
});
