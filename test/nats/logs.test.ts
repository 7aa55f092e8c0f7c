import { describe, expect, test } from "vitest";
import { whyNoOwnNats } from "../../packages/networks/test/nats/nats-server.ts";
import { pawl, startPawl, until } from "../end-to-end/pawl.ts";
import { Herd } from "./herd.ts";

interface Line {
  readonly id: string;
  readonly cursor: string;
  readonly type: string;
  readonly pod?: string;
  readonly message?: string;
  readonly data?: { readonly outcome?: string };
}

const short = ({ type, pod, data }: Line) => [type, pod, data?.outcome].filter(Boolean).join(" ");
const read = (text: string) =>
  text.split("\n").flatMap((line): Line[] => (line.startsWith("{") ? [JSON.parse(line)] : []));

describe.skipIf(whyNoOwnNats !== undefined)("pawl logs of a network on NATS", () => {
  test("shows what pods in several processes did, follows them, and goes on behind a cursor", {
    timeout: 60_000,
  }, async () => {
    const herd = await Herd.start({ isLazy: true });
    const nowhere = pawl(["logs", "--transport", "nats://127.0.0.1:1"], { cwd: herd.cwd });
    const [first, ...others] = herd.pods;
    const [second, ...more] = others;
    herd.launch(first!);
    herd.launch(second!, "", undefined, { more: more.flatMap((pod) => ["--pod", pod]) });
    await herd.ready([first!, second!]);
    const how = { cwd: herd.cwd, env: { PAWL_TRANSPORT: herd.server.url } };
    const logs = async (...args: string[]) => read((await pawl(["logs", "--json", ...args], how)).stdout);
    const following = startPawl(["logs", "-f", "--json", "--transport", herd.server.url], { cwd: herd.cwd });
    await herd.send(3);
    const heard = await until("it is told to the end", () => {
      const lines = read(following.output());
      const atPods = lines.filter(({ pod }) => pod !== undefined);
      return atPods.length === 6 ? lines : undefined;
    });
    expect(heard.map(short).sort()).toEqual([
      "network-started",
      "network-started",
      "pod-ended archive done",
      "pod-ended fan sent",
      "pod-ended intake sent",
      "pod-ended join sent",
      "pod-ended price suppressed",
      "pod-ended risk sent",
    ]);
    await following.kill("SIGTERM");
    const told = await logs();
    const ended = told.filter(({ type }) => type === "pod-ended");
    expect(told.map(({ id }) => id).sort()).toEqual(heard.map(({ id }) => id).sort());
    expect(ended.map(({ pod }) => pod!).filter((pod) => pod !== "price")).toEqual([
      "intake",
      "fan",
      "risk",
      "join",
      "archive",
    ]);
    expect(new Set(ended.map(({ message }) => message)).size).toBe(1);
    const [atPrice, behind, elsewhere] = await Promise.all([
      logs("--network", "scoring", "--pod", "price"),
      logs("--after", told[3]!.cursor),
      logs("--network", "another"),
    ]);
    expect(atPrice.map(short)).toEqual(["pod-ended price suppressed"]);
    expect(behind.map(({ id }) => id)).toEqual(told.slice(4).map(({ id }) => id));
    expect(elsewhere).toEqual([]);

    await herd.process(first!).kill("SIGTERM");
    const stopped = await logs("--after", told.at(-1)!.cursor);
    expect(stopped.map(short)).toEqual(["network-stopped"]);
    const [wrong, without] = await Promise.all([pawl(["logs", "--after", "soon"], how), nowhere]);
    expect(wrong.code).toBe(2);
    expect([without.code, without.stderr.includes("nats://127.0.0.1:1 could not be reached")]).toEqual([0, true]);
  });
});
