import { parseNetwork } from "@pawl/networks";
import { describe, expect, test } from "vitest";
import { diamond } from "../diamond.ts";
import { networkText as net } from "../networks.ts";

/** `code line:column` of every finding, `!` marks warnings. */
function findings(text: string): string[] {
  return parseNetwork(text, { file: "net.yaml" }).diagnostics.map(
    ({ code, line, column, severity }) => `${code}${severity === "warning" ? "!" : ""} ${line}:${column}`,
  );
}

const line = net(["g:gateway", "r:relay", "s:sink"], ["g>r", "r>s"]);

describe("a sound file", () => {
  test("gives the diamond of the specification without findings", () => {
    const { network, diagnostics } = parseNetwork(diamond);
    expect(diagnostics).toEqual([]);
    expect(network?.name).toBe("scoring");
    expect(network?.pods.map((pod) => pod.type)).toEqual([
      "gateway",
      "distributor",
      "relay",
      "relay",
      "aggregator",
      "sink",
    ]);
    expect(network?.pods[4]?.aggregate?.timeoutMs).toBe(600_000);
  });

  test("takes types and templates as the same names", () => {
    const written = diamond
      .replaceAll("template", "type")
      .replace("http-relay", "processor")
      .replace("http-fan-out", "router");
    expect(parseNetwork(written).network?.revision).toBe(parseNetwork(diamond).network?.revision);
  });

  test("numbers edges and revisions by the graph and not by the order of lines", () => {
    const lines = diamond.split("\n");
    const swapped = [...lines.slice(0, 10), lines[13], lines[11], lines[15], lines[12], lines[10], lines[14]].join(
      "\n",
    );
    const a = parseNetwork(diamond).network!;
    const b = parseNetwork(swapped).network!;
    expect(b.revision).toBe(a.revision);
    expect(b.edges.map(({ from, to }) => [from, to])).toEqual(a.edges.map(({ from, to }) => [from, to]));
  });

  test("knows which edges somebody waits for", () => {
    const { network } = parseNetwork(diamond);
    const ends = network!.edges.map((edge) => [network!.pods[edge.to]!.id, edge.needsTombstones]);
    expect(Object.fromEntries(ends)).toEqual({ archive: false, fan: true, join: true, price: true, risk: true });
  });

  test("reads keys in camelCase, snake_case and capitals", () => {
    const text = net(["a:gateway", "b:gateway", "j:aggregator", "s:sink"], ["a>j", "b>j", "j>s"], {
      j: "correlate: zip, on_missing: null, ON_TIMEOUT: drop, INGRESS_COUNT: 2, max_open: 7",
    });
    const { network, diagnostics } = parseNetwork(text);
    expect(diagnostics).toEqual([]);
    expect(network?.pods[2]?.aggregate).toMatchObject({
      onMissing: "null",
      onTimeout: "drop",
      maxOpen: 7,
      joins: true,
    });
  });

  test("takes its name from the file when it has none", () => {
    const text = line.replace("name: n\n", "");
    expect(parseNetwork(text, { file: "networks/orders.yaml" }).network?.name).toBe("orders");
  });
});

describe("each rule of composition has its code and its place", () => {
  const gr = ["g:gateway", "r:relay", "s:sink"];
  test.each([
    ["a pod id that is no DNS label", net(["g:gateway", "R_1:relay", "s:sink"], ["g>R_1", "R_1>s"]), ["bad-id 4:11"]],
    [
      "an id that is too long",
      net(["g:gateway", `${"r".repeat(41)}:relay`, "s:sink"], [`g>${"r".repeat(41)}`, `${"r".repeat(41)}>s`]),
      ["bad-id 4:11"],
    ],
    ["the same id twice", line.replace("  - { id: s,", "  - { id: r, type: relay }\n  - { id: s,"), ["bad-id 5:11"]],
    ["a name that is no label", line.replace("name: n", "name: My Net"), ["bad-id 1:7"]],
    ["an unknown type", net(["g:gateway", "r:realy", "s:sink"], ["g>r", "r>s"]), ["unknown-type 4:20"]],
    [
      "an unknown pod that is nearly a known one",
      net(["g:gateway", "relay-one:relay", "s:sink"], ["g>relay-one", "relay-oen>s"]),
      ["unknown-pod 8:13"],
    ],
    ["the same connection twice", net(gr, ["g>r", "r>s", "r>s"]), ["duplicate-connection 9:5"]],
    ["a connection to itself", net(gr, ["g>r", "r>s", "r>r"]), ["self-connection 9:5"]],
    [
      "a relay with two sources",
      net(["g:gateway", "h:gateway", "r:relay", "s:sink"], ["g>r", "h>r", "r>s"]),
      ["ingress-arity 5:5"],
    ],
    [
      "a relay that sends to nobody",
      net(["g:gateway", "f:distributor", "r:relay", "q:relay", "s:sink"], ["g>f", "f>r", "f>q", "q>s"]),
      ["egress-arity 5:5"],
    ],
    [
      "a relay that sends to two",
      net(["g:gateway", "r:relay", "s:sink", "t:sink"], ["g>r", "r>s", "r>t"]),
      ["egress-arity 4:5"],
    ],
    ["a gateway that receives", net(["g:gateway", "h:gateway", "s:sink"], ["h>g", "g>s"]), ["ingress-arity 3:5"]],
    ["a sink that sends", net(["g:gateway", "s:sink", "t:sink"], ["g>s", "s>t"]), ["egress-arity 4:5"]],
    [
      "a distributor with one egress",
      net(["g:gateway", "f:distributor", "s:sink"], ["g>f", "f>s"]),
      ["egress-arity! 4:5"],
    ],
    [
      "an aggregator with one source",
      net(["g:gateway", "j:aggregator", "s:sink"], ["g>j", "j>s"]),
      ["ingress-arity! 4:5"],
    ],
    [
      "a wrong count of sources",
      net(
        ["g:gateway", "f:router", "a:relay", "b:relay", "j:aggregator", "s:sink"],
        ["g>f", "f>a", "f>b", "a>j", "b>j", "j>s"],
        { j: "ingressCount: 3" },
      ),
      ["ingress-count 7:46"],
    ],
    [
      "two origins that meet without saying how",
      net(["g:gateway", "h:gateway", "j:aggregator", "s:sink"], ["g>j", "h>j", "j>s"]),
      ["correlation-scope 5:5"],
    ],
    [
      "two networks in one file",
      net(["g:gateway", "s:sink", "h:gateway", "t:sink"], ["g>s", "h>t"]),
      ["disconnected! 5:5"],
    ],
    ["no origin", net(["r:relay", "s:sink"], ["r>s"]), ["no-origin 2:1", "ingress-arity 3:5"]],
    ["no end", net(["g:gateway", "r:relay"], ["g>r"]), ["no-end 2:1", "egress-arity 4:5"]],
    [
      "a retry that would come after the time-out",
      net(
        ["g:gateway", "f:router", "a:relay", "b:relay", "j:aggregator", "s:sink"],
        ["g>f", "f>a", "f>b", "a>j", "b>j", "j>s"],
        { j: "timeout: 10s" },
      ),
      ["retry-budget! 7:5"],
    ],
    [
      "an aggregator without a time-out",
      net(["g:gateway", "h:gateway", "j:aggregator", "s:sink"], ["g>j", "h>j", "j>s"], {
        j: "correlate: zip, timeout: 0",
      }),
      ["no-timeout! 5:57"],
    ],
  ])("%s", (_, text, expected) => {
    expect(findings(text)).toEqual(expected);
  });

  test("a cycle is printed", () => {
    const text = net(
      ["g:gateway", "f:distributor", "j:aggregator", "a:relay", "s:sink"],
      ["g>j", "j>f", "f>a", "f>s", "a>j"],
    );
    const found = parseNetwork(text).diagnostics.find((diagnostic) => diagnostic.code === "cycle");
    expect(found?.message).toContain("j -> f -> a -> j");
    expect(found?.line).toBe(13);
  });

  test("pods that nothing leads to, and pods that lead nowhere", () => {
    const text = net(["g:gateway", "s:sink", "a:aggregator", "f:distributor", "b:relay"], ["g>s", "a>f", "f>b", "b>a"]);
    const codes = findings(text).map((finding) => finding.split(" ")[0]);
    expect(codes.filter((code) => code === "unreachable-pod")).toHaveLength(3);
    expect(codes.filter((code) => code === "dead-end")).toHaveLength(3);
  });

  test("two networks in one file are an error when strict", () => {
    const text = net(["g:gateway", "s:sink", "h:gateway", "t:sink"], ["g>s", "h>t"]).replace(
      "name: n",
      "name: n\nstrict: true",
    );
    expect(findings(text)).toEqual(["disconnected 6:5"]);
  });

  test("every mistake of a file is found at once", () => {
    const text = net(["g:gateway", "r:realy", "R:relay", "s:sink"], ["g>r", "r>s", "r>nowhere", "s>s"], {
      g: "rate_limt: 5",
    });
    const codes = new Set(findings(text).map((finding) => finding.split(" ")[0]));
    expect(codes).toEqual(
      new Set([
        "unknown-key",
        "unknown-type",
        "bad-id",
        "unknown-pod",
        "self-connection",
        "ingress-arity",
        "egress-arity",
        "disconnected!",
      ]),
    );
  });
});

describe("keys and values", () => {
  test.each([
    ["an unknown key", "rtry: 3", "unknown-key 4:27", 'Did you mean "retry"'],
    ["a key of another type", "correlate: zip", "unknown-key 4:27", "belongs to an aggregator"],
    ["a time-out that is none", "hookTimeout: soon", "bad-value 4:40", "a duration"],
    ["a negative number", "concurrency: -1", "bad-value 4:40", "whole number"],
    ["a choice that is none", "isolate: proces", "bad-value 4:36", "worker"],
    ["a module and a flow", "module: ./a.ts, flow: b", "bad-value 4:43", "module and flow"],
    ["a list where a map belongs", "retry: [1]", "bad-value 4:34", "a map"],
  ])("%s is told with its place", (_, key, expected, words) => {
    const text = net(["g:gateway", "r:relay", "s:sink"], ["g>r", "r>s"], { r: key });
    const [found] = parseNetwork(text).diagnostics;
    expect(`${found?.code} ${found?.line}:${found?.column}`).toBe(expected);
    expect(found?.message).toContain(words);
  });

  test("credentials never travel with a message", () => {
    const text = net(["g:gateway", "s:sink"], ["g>s"], { g: "forwardHeaders: [Cookie]" });
    expect(findings(text)).toEqual(["bad-value 3:45"]);
  });

  test.each([
    ["nothing at all", "", "bad-yaml"],
    ["a list", "- a", "bad-yaml"],
    ["broken YAML", "name: [", "bad-yaml"],
    ["no pods", "name: n\nconnections: []", "missing-key"],
    ["pods that are text", "name: n\npods: x\nconnections: []", "bad-value"],
    ["a pod that is text", "name: n\npods: [x]\nconnections: []", "bad-value"],
    ["a connection without an end", "name: n\npods: []\nconnections: [{from: a}]", "missing-key"],
    ["deep nesting", `name: ${"[".repeat(20_000)}`, "bad-yaml"],
  ])("%s is a finding and not a crash", (_, text, code) => {
    const { network, diagnostics } = parseNetwork(text);
    expect(network).toBeUndefined();
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
    for (const diagnostic of diagnostics) expect(diagnostic.line).toBeGreaterThan(0);
  });
});
