import type { Durability, RunBody, Store } from "../../src/index.ts";
import type { Channel } from "../../src/workers/channel.ts";
import { Link } from "../../src/workers/link.ts";
import type { FromWorker, ToWorker } from "../../src/workers/protocol.ts";
import { RemoteRun } from "../../src/workers/remote-run.ts";
import { type RunMessage, RunThere } from "../../src/workers/run-there.ts";
import { executeRemote } from "../../src/workers/serve-runs.ts";
import type { Harness } from "../durability/harness.ts";

/** The same stores, with every body executed as a worker process would: over messages, which arrive a turn later. */
export function remotely(harness: Harness): Harness {
  return {
    ...harness,
    kind: `${harness.kind}, remotely`,
    async open(options) {
      const store = await harness.open(options);
      return { ...store, durability: withRemoteBodies(store), prune: (rule) => store.prune(rule) } as Store;
    },
  };
}

function withRemoteBodies({ durability }: Store): Durability {
  return new Proxy(durability, {
    get(target, name) {
      if (name === "work") return (body: RunBody, options: object) => target.work(overMessages(body, target), options);
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function overMessages(body: RunBody, durability: Durability): RunBody {
  return async (run, scope) => {
    const isFresh = run.starts <= 1 && run.trigger.replay === undefined;
    const steps = isFresh ? [] : await durability.steps(run.id);
    const toWorker = queue<ToWorker>((message) => {
      if (message.type === "go") remote.go(message.id, { earlier: message.earlier, cutOffSince: message.cutOffSince });
      if (message.type === "answer") link.answer(message);
      if (message.type === "abort") remote.abort(message.reason, message.message);
    });
    const toSupervisor = queue<FromWorker>((message) => there.take(message as RunMessage));
    const link = new Link(toSupervisor as unknown as Channel<FromWorker, ToWorker>);
    const remote = new RemoteRun(run, link, { steps, isSuspect: false });
    const there = new RunThere(run, scope, toWorker.send);
    void executeRemote(remote, body).then((message) => link.send(message));
    return there.outcome;
  };
}

/** What is sent arrives in order, as JSON, with all else of its turn. */
function queue<T>(take: (message: T) => void): { send: (message: T) => void; flush: () => void } {
  let batch: T[] = [];
  const flush = () => {
    const messages = JSON.parse(JSON.stringify(batch)) as T[];
    batch = [];
    for (const message of messages) take(message);
  };
  return {
    send(message) {
      if (batch.push(message) === 1) setImmediate(flush);
    },
    flush() {},
  };
}
