import { usageError } from "../command-error.ts";
import { readVersion } from "../version.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Where spans go, from the variables that OpenTelemetry has standardised. */
export interface OtlpSettings {
  readonly url: string;
  readonly format: "protobuf" | "json";
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Between two posts. */
  readonly delayMs: number;
  readonly resource: Readonly<Record<string, string>>;
}

const defaultTimeoutMs = 10_000;
const defaultDelayMs = 1_000;

/**
 * Nothing unless `OTEL_EXPORTER_OTLP_ENDPOINT` (or the one for traces) is set and traces are not turned off.
 * @throws CommandError for a protocol that is not spoken here
 */
export function otlpSettings(env: Env): OtlpSettings | undefined {
  const own = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  const base = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const isOff = env.OTEL_SDK_DISABLED?.toLowerCase() === "true" || env.OTEL_TRACES_EXPORTER === "none";
  if (isOff || !(own || base)) return undefined;
  return {
    url: own || `${base!.replace(/\/$/, "")}/v1/traces`,
    format: formatOf(variableOf(env, "PROTOCOL")),
    headers: pairsOf(variableOf(env, "HEADERS")),
    timeoutMs: millisecondsOf(variableOf(env, "TIMEOUT"), defaultTimeoutMs),
    delayMs: millisecondsOf(env.OTEL_BSP_SCHEDULE_DELAY, defaultDelayMs),
    resource: {
      "telemetry.sdk.name": "pawl",
      "telemetry.sdk.language": "nodejs",
      "telemetry.sdk.version": readVersion(),
      "service.version": readVersion(),
      "process.pid": String(process.pid),
      ...pairsOf(env.OTEL_RESOURCE_ATTRIBUTES),
      "service.name": env.OTEL_SERVICE_NAME || pairsOf(env.OTEL_RESOURCE_ATTRIBUTES)["service.name"] || "pawl",
    },
  };
}

/** The variable for traces wins over the one for everything. */
function variableOf(env: Env, name: string): string | undefined {
  return env[`OTEL_EXPORTER_OTLP_TRACES_${name}`] || env[`OTEL_EXPORTER_OTLP_${name}`];
}

function formatOf(protocol = "http/protobuf"): OtlpSettings["format"] {
  if (protocol === "http/protobuf") return "protobuf";
  if (protocol === "http/json") return "json";
  throw usageError(
    `OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}"; traces are sent as http/protobuf or http/json.`,
    "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
  );
}

function millisecondsOf(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return text && Number.isFinite(value) && value >= 0 ? value : otherwise;
}

/** `key=value,key=value`, percent-encoded as the standard asks. */
function pairsOf(text = ""): Record<string, string> {
  const pairs = text.split(",").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())] as const];
  });
  return Object.fromEntries(pairs);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
