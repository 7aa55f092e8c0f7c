/** What the exit code of `pawl` says. The one table; docs/reference/exit-codes is made from it. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  invalidFile: 3,
  notFound: 4,
  cannotConnect: 5,
  timedOut: 124,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: "It worked.",
  failed: "The run failed or was cancelled, or something unforeseen went wrong.",
  usage: "Wrong usage: an unknown command or flag, a missing or wrong input.",
  invalidFile: "A flow, hook, network or configuration file is invalid; every mistake is listed.",
  notFound: "There is no flow, run, hook or file of that name; the nearest one is named.",
  cannotConnect: "The server could not be reached, or its port is taken.",
  timedOut: "It took longer than allowed.",
  interrupted: "Interrupted with Ctrl-C (SIGINT).",
  terminated:
    "Asked to end (SIGTERM) before its work was done. What serves until it is asked to end (`pawl serve`, `network up`, `network pod`) exits 0 when it ended cleanly, and 143 when a second signal cut it off.",
};
