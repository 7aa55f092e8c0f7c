import { signalGroup } from "./group.ts";

const living = new Set<number>();
const deadlySignals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];
let isWatching = false;

/**
 * Remembers a group for as long as it may live, so that it does not outlive this process. Groups are sessions of their
 * own: neither Ctrl+C nor the death of this process reaches them otherwise. Only `kill -9` is beyond it.
 */
export function rememberGroup(group: number): void {
  living.add(group);
}

export function forgetGroup(group: number): void {
  living.delete(group);
}

function killAll(): void {
  for (const group of living) signalGroup(group, "SIGKILL");
}

/**
 * Makes sure that remembered groups end with this process. Called before a program is born: from then on a signal waits
 * until the new group is remembered.
 */
export function watchOwnEnd(): void {
  if (isWatching) return;
  isWatching = true;
  process.on("exit", killAll);
  for (const signal of deadlySignals) {
    const onSignal = (): void => {
      // Somebody else listens too: then the host decides what a signal means, and `exit` comes in its time.
      if (process.listenerCount(signal) > 1) return;
      killAll();
      process.removeListener(signal, onSignal);
      process.kill(process.pid, signal);
    };
    process.on(signal, onSignal);
  }
}
