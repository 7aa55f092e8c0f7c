import type { Json } from "@pawl/flows";

/** What a step gave, in a few words on one line: enough to recognise it, `pawl show` has the whole. */
export function summarize(output: Json): string {
  if (output === null || output === undefined) return "";
  if (typeof output === "string") return output === "" ? "" : JSON.stringify(oneLine(output));
  if (Array.isArray(output)) return `${output.length} item${output.length === 1 ? "" : "s"}`;
  if (typeof output !== "object") return String(output);
  const map = output as Record<string, Json>;
  if (typeof map.code === "number" && typeof map.stdout === "string") return summarizeProgram(map);
  if (typeof map.status === "number" && typeof map.headers === "object") return summarizeHttp(map);
  if (typeof map.path === "string") return map.path;
  const keys = Object.keys(map);
  return keys.length === 0 ? "" : oneLine(JSON.stringify(map));
}

function summarizeProgram({ code, stdout, stderr }: Record<string, Json>): string {
  const said = String(stdout || (code === 0 ? "" : stderr) || "");
  const text = said === "" ? "" : JSON.stringify(oneLine(said));
  return code === 0 ? text : `exit code ${code}${text === "" ? "" : ` ${text}`}`;
}

function summarizeHttp({ status, headers, body }: Record<string, Json>): string {
  const type = String((headers as Record<string, Json>)["content-type"] ?? "").split(";")[0];
  const size = Buffer.byteLength(typeof body === "string" ? body : JSON.stringify(body ?? ""));
  return [`${status}`, type && `${type},`, formatBytes(size)].filter(Boolean).join(" ");
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach the terminal.
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Control characters would let a step's output paint over the screen. */
export function printable(text: string): string {
  return text.replace(control, "\ufffd");
}

export function oneLine(text: string): string {
  const [first = "", ...rest] = text.trim().split(/\r?\n/);
  return printable(rest.length === 0 ? first : `${first} …`).replaceAll("\t", " ");
}

/** Cut to so many columns, with an ellipsis when something is missing. */
export function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width <= 1 ? "" : `${text.slice(0, width - 1)}…`;
}
