import type { Fields } from "./fields.ts";
import type { AutoTrigger, OriginOptions } from "./network.ts";

export const originKeys: readonly string[] = [
  "maxBody",
  "rateLimit",
  "forwardHeaders",
  "auth",
  "autoTrigger",
  "trigger",
];

const defaultMaxBodyBytes = 1024 * 1024;
const neverForwarded = new Set(["cookie", "authorization", "proxy-authorization", "set-cookie"]);

export function readOrigin(fields: Fields): OriginOptions {
  return {
    maxBodyBytes: fields.integer("maxBody", 1) ?? defaultMaxBodyBytes,
    rateLimit: fields.number("rateLimit", 0.001),
    forwardHeaders: readForwarded(fields),
    auth: readAuth(fields),
    autoTrigger: readAutoTrigger(fields),
    trigger: readTrigger(fields),
  };
}

function readForwarded(fields: Fields): readonly string[] {
  const names = (fields.strings("forwardHeaders") ?? []).map((name) => name.toLowerCase());
  const secret = names.find((name) => neverForwarded.has(name));
  if (secret !== undefined) {
    const message = `The header "${secret}" carries credentials and never travels with a message.`;
    fields.report.error("bad-value", message, fields.value("forwardHeaders"));
  }
  return names;
}

function readAuth(fields: Fields): OriginOptions["auth"] {
  const map = fields.map("auth", ["bearer", "apiKey"]);
  if (map === undefined) return undefined;
  const bearer = map.map("bearer", ["env"]);
  const apiKey = map.map("apiKey", ["env", "header"]);
  const env = (bearer ?? apiKey)?.string("env");
  if (env === undefined) {
    const message =
      "auth names the environment variable of the key: { bearer: { env: NAME } } or { apiKey: { env: NAME } }.";
    fields.report.error("bad-value", message, map.node);
    return undefined;
  }
  if (bearer !== undefined) return { header: "authorization", scheme: "bearer", env };
  return { header: (apiKey?.string("header") ?? "x-api-key").toLowerCase(), scheme: "key", env };
}

function readAutoTrigger(fields: Fields): AutoTrigger | undefined {
  const map = fields.map("autoTrigger", ["count", "interval", "delay", "payload", "everyStart"]);
  if (map === undefined) return undefined;
  return {
    count: map.integer("count", 0) ?? 1,
    intervalMs: map.duration("interval") ?? 1_000,
    delayMs: map.duration("delay") ?? 0,
    payload: map.object("payload") ?? {},
    everyStart: map.boolean("everyStart") ?? false,
  };
}

function readTrigger(fields: Fields): OriginOptions["trigger"] {
  const map = fields.map("trigger", ["uses", "with"]);
  if (map === undefined) return undefined;
  const uses = map.string("uses");
  if (uses === undefined) {
    fields.report.error("missing-key", "A trigger says what it uses, such as cron.", map.node);
    return undefined;
  }
  return { uses, with: map.object("with") ?? {}, place: fields.report.placeOf(map.value("uses")) };
}
