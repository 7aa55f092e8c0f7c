import { signalGroup } from "./group.ts";

type GroupListener = (group: number, isAlive: boolean) => void;

const living = new Set<number>();
const listeners: GroupListener[] = [];
const deadlySignals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];
let isWatching = false;

/**
 * Remembers a group for as long as it may live, so that it does not outlive this process. Groups are sessions of their
 * own: neither Ctrl+C nor the death of this process reaches them otherwise. Only `kill -9` is beyond it.
 */
export function rememberGroup(group: number): void {
  living.add(group);
  for (const listener of listeners) listener(group, true);
}

export function forgetGroup(group: number): void {
  living.delete(group);
  for (const listener of listeners) listener(group, false);
}

/** Tells of every group that is born or gone, for whoever has to end them when this process cannot. */
export function onGroupChange(listener: GroupListener): void {
  for (const group of living) listener(group, true);
  listeners.push(listener);
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
