import { isScalar } from "yaml";
import type { DraftAggregate } from "./draft.ts";
import type { Fields } from "./fields.ts";
import type { Correlation } from "./network.ts";

export const aggregateKeys: readonly string[] = ["correlate", "onMissing", "onTimeout", "lateWindow", "maxOpen"];

const defaultTimeoutMs = 300_000;
const defaultLateWindowMs = 600_000;

export function readAggregate(fields: Fields): DraftAggregate {
  const timeoutMs = fields.duration("timeout") ?? defaultTimeoutMs;
  if (timeoutMs === 0) {
    const message = "Without a timeout a set that never completes stays open for ever.";
    fields.report.warn("no-timeout", message, fields.value("timeout"));
  }
  return {
    correlate: readCorrelation(fields),
    node: fields.key("correlate"),
    timeoutMs,
    onMissing: fields.choice("onMissing", ["skip", "null", "propagate"]) ?? "skip",
    onTimeout: fields.choice("onTimeout", ["fail", "partial", "drop"]) ?? "fail",
    lateWindowMs: fields.duration("lateWindow") ?? defaultLateWindowMs,
    maxOpen: fields.integer("maxOpen", 1) ?? 10_000,
  };
}

/** `origin`, `zip`, `{ key: /json/pointer }` or `{ header: name }`. */
function readCorrelation(fields: Fields): Correlation | undefined {
  if (!fields.has("correlate")) return undefined;
  if (isScalar(fields.value("correlate"))) {
    const by = fields.choice("correlate", ["origin", "zip"]);
    return by === undefined ? undefined : { by };
  }
  const map = fields.map("correlate", ["key", "header"]);
  if (map === undefined) return undefined;
  if (map.has("header")) return readHeader(map);
  const pointer = map.string("key");
  if (pointer?.startsWith("/")) return { by: "key", pointer };
  const message = 'correlate.key is a JSON pointer into the payload, such as "/task_id".';
  fields.report.error("bad-value", message, map.value("key") ?? map.node);
  return undefined;
}

function readHeader(map: Fields): Correlation | undefined {
  const name = map.string("header");
  return name === undefined ? undefined : { by: "header", name: name.toLowerCase() };
}
