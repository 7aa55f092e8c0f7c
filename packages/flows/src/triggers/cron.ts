import { createHash } from "node:crypto";
import { z } from "zod";
import { messageOf } from "../execution/failure.ts";
import { lastDue, parseSchedule, type Schedule } from "./cron-schedule.ts";
import { duration } from "./inputs.ts";
import { event, type GeneratorTrigger, type TriggerContext, TriggerError, trigger } from "./trigger.ts";

/** A firing that comes so late (a restart, another server taking over) is late; later than that it is missed. */
const lateMs = 60_000;
/** The system's clock may be set, and the machine may sleep: a long wait looks at the clock now and then. */
const longestSleepMs = 30_000;

export interface CronInput {
  readonly schedule: Schedule;
  readonly timezone: string;
  readonly catchup: "none" | "last" | "all";
  readonly jitterMs: number;
}

const written = z
  .strictObject({
    schedule: z.string().optional().describe("Five or six fields (`0 3 * * *`), or a name such as `@daily`."),
    expression: z.string().optional().describe("The same as schedule."),
    timezone: z.string().optional().describe("An IANA name such as Europe/Berlin. Default: the machine's."),
    catchup: z
      .enum(["none", "last", "all"])
      .default("none")
      .describe("Which firings missed while no server ran come later."),
    jitter: duration.optional().describe("Delays each firing by chance, up to this long."),
  })
  .refine(({ schedule, expression }) => (schedule === undefined) !== (expression === undefined), {
    message: "give either schedule or expression",
  });

const input: z.ZodType<CronInput> = written.transform(({ schedule, expression, catchup, jitter, ...rest }, context) => {
  const [, zone, pattern] = /^(?:CRON_TZ=(\S+)\s+)?(.*)$/.exec((schedule ?? expression)!.trim())!;
  const timezone = rest.timezone ?? zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone });
  } catch {
    context.addIssue({ code: "custom", path: ["timezone"], message: `there is no time zone "${timezone}"` });
    return z.NEVER;
  }
  try {
    return { schedule: parseSchedule(pattern!, timezone), timezone, catchup, jitterMs: jitter ?? 0 };
  } catch (error) {
    const path = [schedule === undefined ? "expression" : "schedule"];
    const reason = messageOf(error).replace(/^CronPattern: /, "");
    context.addIssue({ code: "custom", path, message: `"${pattern}" is not a schedule: ${reason}` });
    return z.NEVER;
  }
}) as unknown as z.ZodType<CronInput>;

/** Each firing is known by the moment it was due, so that neither a restart nor a second server fires it twice. */
export const cron: GeneratorTrigger<CronInput> = trigger({
  name: "cron",
  description: "At the times of a schedule.",
  input,
  async *run(given, context) {
    const { clock, state, sleep, describe } = context;
    const { schedule, timezone } = given;
    let last = await startOf(given, context);
    for (;;) {
      const next = schedule.after(last);
      if (next === undefined) throw new TriggerError("no-next-firing", `${schedule.text} has no moment in the future.`);
      const dueAt = next + jitterOf(next, given, context);
      describe(schedule.text, { nextAt: dueAt });
      const waitMs = Math.min(dueAt - clock.now(), longestSleepMs);
      if (waitMs > 0) {
        const expected = clock.now() + waitMs;
        await sleep(waitMs);
        if (clock.now() - expected > lateMs) last = afterMissed(given, context, last);
        continue;
      }
      const scheduled = new Date(next).toISOString();
      yield event({ scheduled, timezone }, { id: scheduled, time: next });
      last = next;
      await state.set("last", last);
    }
  },
});

/** The moment after which firings count: the last one that is known, or now when the trigger is new. */
async function startOf(given: CronInput, context: TriggerContext): Promise<number> {
  const stored = await context.state.get("last");
  const now = context.clock.now();
  if (typeof stored === "number" && stored <= now + lateMs) return afterMissed(given, context, stored);
  await context.state.set("last", now);
  return now;
}

/** Leaves out what was missed since `last`, as `catchup` says. */
function afterMissed({ schedule, catchup, jitterMs }: CronInput, { clock, log }: TriggerContext, last: number): number {
  const missedUntil = clock.now() - lateMs - jitterMs;
  if (catchup === "all" || last >= missedUntil) return last;
  const newest = lastDue(schedule, last, missedUntil);
  if (newest === undefined) return last;
  if (catchup === "last") return newest - 1;
  log.warn(`Firings of ${schedule.text} up to ${new Date(newest).toISOString()} were missed; catchup is none.`);
  return newest;
}

/** Drawn from the moment itself, so that every server draws the same. */
function jitterOf(moment: number, { jitterMs }: CronInput, { flowName, triggerId }: TriggerContext): number {
  if (jitterMs === 0) return 0;
  const digest = createHash("sha256").update(`${flowName}/${triggerId}/${moment}`).digest();
  return Math.floor((digest.readUInt32BE(0) / 2 ** 32) * jitterMs);
}
