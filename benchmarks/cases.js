/**
 * What Pawl has to reach: the first two columns of the table of targets, word for word. A suite gives one row per
 * figure of a case; `figure` tells them apart.
 */
export const cases = {
  dispatch: {
    case: "guarded dispatch, 0 / 1 / 10 synchronous hooks (matcher, breaker, abort check all on)",
    unit: "ns",
    better: "lower",
  },
  asyncDispatch: { case: "guarded dispatch, 1 async hook with time-out", unit: "ns", better: "lower" },
  matchers: {
    case: "10 matchers with regexes (the seed's original, in Rust, needs 160 to 245 µs)",
    unit: "ns",
    better: "lower",
  },
  registry: {
    case: 'full `registry.run("PreToolUse", …)` with verdict, 0 / 1 / 10 hooks',
    unit: "ns",
    better: "lower",
  },
  spawned: { case: "command hook, spawned", unit: "ms", better: "lower" },
  persistent: { case: "command hook, persistent", unit: "ms", better: "lower" },
  run: { case: "one-step flow, `pawl run` as a process", unit: "ms", better: "lower" },
  steps: { case: "steps of one run in sequence, SQLite, FULL / NORMAL", unit: "steps/s", better: "higher" },
  runs: { case: "one-step runs, durable (FULL), 64 in flight", unit: "runs/s", better: "higher" },
  webhook: { case: "webhook → first step started, durable, p50 / p99", unit: "ms", better: "lower" },
  stored: { case: "cost of 10 000 stored runs on start, list and claim", unit: "ms", better: "lower" },
  memory: { case: "network, memory engine, 3 pods", unit: "messages/s", better: "higher" },
  pipeline: {
    case: "network, SQLite FULL, gateway → relay → sink, 256 in flight",
    unit: "messages/s",
    better: "higher",
  },
  fanOut: { case: "network, fan-out 4 + aggregate, SQLite FULL", unit: "correlations/s", better: "higher" },
  nats: { case: "network on NATS JetStream, g → r → s", unit: "messages/s", better: "higher" },
  trigger: { case: "`POST /trigger`", unit: "requests/s", better: "higher" },
  start: { case: "`pawl --version`, `pawl serve` until ready", unit: "ms", better: "lower" },
  size: { case: "size", unit: "packages", better: "lower" },
};

/**
 * One row of the answer. `others` are peers and floors measured in the same rounds; one that could not be measured is
 * left out. `checks` is what `target` says, as booleans.
 */
export function row(name, { figure, unit, better, pawl, others = {}, target, checks, spread }) {
  const known = cases[name];
  const measured = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
  return {
    case: known.case,
    ...(figure === undefined ? {} : { figure }),
    unit: unit ?? known.unit,
    better: better ?? known.better,
    pawl: rounded(pawl),
    others: Object.fromEntries(Object.entries(measured).map(([peer, value]) => [peer, rounded(value)])),
    target,
    ok: Number.isFinite(pawl) && checks.every(Boolean),
    ...(spread === undefined ? {} : { spread: spread.map(rounded) }),
  };
}

/** Whether `pawl` is at most `factor` times what a peer needs; true when the peer could not be measured. */
export function atMost(pawl, factor, peer) {
  return peer === undefined || pawl <= factor * peer;
}

/** Whether `pawl` reaches `factor` times the rate of a peer; true when the peer could not be measured. */
export function atLeast(pawl, factor, peer) {
  return peer === undefined || pawl >= factor * peer;
}

function rounded(value) {
  if (value === undefined || !Number.isFinite(value)) return null;
  return Number(value.toPrecision(4));
}
