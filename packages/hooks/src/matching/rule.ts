import { homedir } from "node:os";
import { resolve, sep } from "node:path";
import { subcommands } from "./subcommands.ts";
import { fitsPath, fitsWildcard } from "./wildcard.ts";

/** A permission rule on a tool call: `Bash`, `Bash(git *)`, `Edit(src/**)`, `WebFetch(domain:example.com)`. */
export interface ToolRule {
  readonly tool: string;
  readonly content?: string;
}

export type RuleResult =
  | { readonly ok: true; readonly rule: ToolRule }
  | { readonly ok: false; readonly problem: string };

const maxRuleLength = 1_024;

export function parseRule(text: string): RuleResult {
  const rule = text.trim();
  if (rule.length > maxRuleLength) return { ok: false, problem: `A rule has at most ${maxRuleLength} characters.` };
  const bracket = rule.indexOf("(");
  const tool = (bracket < 0 ? rule : rule.slice(0, bracket)).trim();
  if (!/^[A-Za-z_*][\w.*-]*$/.test(tool)) return { ok: false, problem: "Expected a tool name, as in Bash(git *)." };
  if (bracket < 0) return { ok: true, rule: { tool } };
  if (!rule.endsWith(")")) return { ok: false, problem: 'Expected ")" at the end, as in Bash(git *).' };
  const content = rule.slice(bracket + 1, -1).trim();
  return { ok: true, rule: content === "" || content === "*" ? { tool } : { tool, content } };
}

const editors = new Set(["Edit", "Write", "MultiEdit", "NotebookEdit"]);
const readers = new Set(["Read", "Grep", "Glob"]);

/** What a rule is tested on. */
export interface ToolCall {
  readonly tool_name?: unknown;
  readonly tool_input?: unknown;
  readonly cwd?: unknown;
}

/** Whether the call falls under the rule. In doubt (a command that cannot be read) it does, so that the hook runs. */
export function fitsRule(rule: ToolRule, call: ToolCall): boolean {
  if (typeof call.tool_name !== "string" || !fitsTool(rule.tool, call.tool_name)) return false;
  if (rule.content === undefined) return true;
  const input = (typeof call.tool_input === "object" && call.tool_input !== null ? call.tool_input : {}) as Fields;
  if (typeof input.command === "string") return fitsCommand(rule.content, input.command);
  const cwd = typeof call.cwd === "string" && call.cwd !== "" ? call.cwd : process.cwd();
  const path = input.file_path ?? input.notebook_path ?? input.path;
  if (typeof path === "string") return fitsFile(rule.content, path, cwd);
  if (typeof input.url === "string" && rule.content.startsWith("domain:")) {
    return fitsDomain(rule.content.slice("domain:".length), input.url);
  }
  const content = rule.content;
  return Object.values(input).some((value) => typeof value === "string" && fitsWildcard(content, value));
}

type Fields = Readonly<Record<string, unknown>>;

function fitsTool(rule: string, tool: string): boolean {
  if (rule === "Edit") return editors.has(tool);
  if (rule === "Read") return readers.has(tool);
  return fitsWildcard(rule, tool);
}

function fitsCommand(content: string, line: string): boolean {
  const { commands, isUncertain } = subcommands(line);
  // `git:*` is the older way to write `git *`.
  const pattern = content.endsWith(":*") ? `${content.slice(0, -2)} *` : content;
  if (isUncertain && /[\s*]/.test(content)) return true;
  return commands.some((command) => fitsOneCommand(pattern, command));
}

function fitsOneCommand(pattern: string, command: string): boolean {
  if (fitsWildcard(pattern, command)) return true;
  if (pattern.endsWith(" *")) return fitsWildcard(pattern.slice(0, -2), command);
  return false;
}

/** `//x` is absolute, `~/x` in the home folder, `/x` and `x` below the working folder. */
function fitsFile(content: string, path: string, cwd: string): boolean {
  const root = content.startsWith("//")
    ? content.slice(1)
    : content.startsWith("~/")
      ? homedir() + content.slice(1)
      : "";
  const relative = content.startsWith("./") ? content.slice(2) : content.replace(/^\//, "");
  const pattern = root === "" ? `${slashes(cwd)}/${relative}` : root;
  const full = slashes(resolve(cwd, path));
  if (fitsPath(pattern, full)) return true;
  if (root !== "") return false;
  // A bare name matches at any depth, and a folder everything in it.
  if (!relative.includes("/") && fitsPath(`${slashes(cwd)}/**/${relative}`, full)) return true;
  return relative.startsWith("**/") && fitsPath(`/${relative}`, full);
}

function slashes(path: string): string {
  return sep === "/" ? path : path.split(sep).join("/");
}

function fitsDomain(domain: string, url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return fitsWildcard(domain, hostname) || hostname.endsWith(`.${domain}`);
}
