import { constants } from "node:os";
import type { ChildResult } from "@pawl/hooks/process";
import { z } from "zod";
import { compileTemplate, toText } from "../../expression/compile-template.ts";
import { compileArgv, splitCommand } from "../../expression/shell/argv-command.ts";
import { bindArguments, bindValues } from "../../expression/shell/bind-values.ts";
import { type CommandProblem, compileShellCommand } from "../../expression/shell/shell-command.ts";
import { allowOutsideProject } from "../file/inputs.ts";
import { asNodeError, projectPath } from "../file/project-path.ts";
import { type NodeContext, type NodeDefinition, NodeError, node, TransientError } from "../node.ts";

const input = z.strictObject({
  command: z.string().min(1).describe("With `shell: true` a shell command, else a program and its arguments."),
  cwd: z.string().min(1).default(".").describe("From the project folder, or absolute."),
  env: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  shell: z.boolean().default(false).describe("Pipes, redirections and variables work. Values never become syntax."),
  check: z.boolean().default(false).describe("Whether an exit code other than 0 fails the step."),
  stdin: z.unknown().optional().describe("Text for the program; maps and lists are written as JSON."),
  max_output_bytes: z
    .number()
    .int()
    .positive()
    .default(1024 * 1024)
    .describe("Kept of each stream; the rest is dropped."),
  unsafe_interpolation: z.boolean().default(false).describe("Values become part of the command as they are, as code."),
  allow_outside_project: allowOutsideProject,
});

type ShellInput = z.infer<typeof input>;

/** Its output is `{stdout, stderr, code}`, trimmed. A program that a signal ended has 128 and the signal's number as code. */
export const shellRun: NodeDefinition<ShellInput> = node({
  name: "shell.run",
  description: "Runs a program; its output has stdout, stderr and code.",
  input,
  rawInputs: ["command"],
  async run(given, context) {
    const command = commandOf(given, context);
    const result = await context.runChild({
      argv: command.argv,
      cwd: await workingDirectory(given, context),
      env: { ...context.env, ...asTexts(given.env), ...command.env },
      maxOutputBytes: given.max_output_bytes,
      ...(given.stdin === undefined ? {} : { stdin: stdinText(given.stdin) }),
    });
    if (result.ended === "aborted") throw context.signal.reason;
    return checked(result, given);
  },
});

interface Command {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

function commandOf(given: ShellInput, context: NodeContext): Command {
  if (given.unsafe_interpolation) return unsafeCommand(given, context);
  return given.shell ? shellCommand(given, context) : directCommand(given, context);
}

/** What the step asked for in so many words, and validation has warned of: values as code. */
function unsafeCommand({ command, shell }: ShellInput, context: NodeContext): Command {
  const text = toText(context.evaluate(compileTemplate(command).template));
  if (shell) return { argv: ["/bin/sh", "-c", text], env: {} };
  const [program, ...rest] = splitCommand(text) ?? [];
  if (program === undefined)
    throw new NodeError("command: it is empty, or a quote does not end.", { code: "command-syntax" });
  return { argv: [program, ...rest], env: {} };
}

/** Values reach the shell as variables that the script refers to. */
function shellCommand({ command }: ShellInput, context: NodeContext): Command {
  const { script, bindings, problems } = compileShellCommand(command);
  refuse(problems);
  return { argv: ["/bin/sh", "-c", script], env: bindValues(bindings, (template) => context.evaluate(template)) };
}

/** Split first, filled in afterwards: a value is always one argument. */
function directCommand({ command }: ShellInput, context: NodeContext): Command {
  const { arguments: templates, problems } = compileArgv(command);
  refuse(problems.filter((problem) => problem.code !== "needs-shell"));
  const [program = "", ...rest] = bindArguments(templates, (template) => context.evaluate(template));
  return { argv: [program, ...rest], env: {} };
}

/** Validation has said the same before; a run that got here all the same does not run such a command. */
function refuse(problems: readonly CommandProblem[]): void {
  const [first] = problems;
  if (first) throw new NodeError(`command: ${first.message}`, { code: first.code });
}

async function workingDirectory({ cwd, allow_outside_project }: ShellInput, context: NodeContext): Promise<string> {
  try {
    return await projectPath(context.projectDir, cwd, { allowOutside: allow_outside_project });
  } catch (error) {
    throw asNodeError(error, cwd);
  }
}

function checked(result: ChildResult, { check }: ShellInput) {
  const code = result.exitCode ?? 128 + (result.signal === undefined ? 0 : constants.signals[result.signal]);
  const output = {
    stdout: result.stdout.trim(),
    stderr: result.stderr.trim(),
    code,
    ...(result.stdoutTruncated || result.stderrTruncated ? { truncated: true } : {}),
  };
  if (!check || code === 0) return output;
  const how = result.signal === undefined ? `with exit code ${code}` : `by ${result.signal}`;
  const lastLine = output.stderr.split("\n").at(-1)?.slice(0, 300);
  throw new TransientError(`The command ended ${how}${lastLine ? `: ${lastLine}` : "."}`, {
    code: "exit-code",
    output,
  });
}

function stdinText(stdin: unknown): string {
  return typeof stdin === "string" ? stdin : JSON.stringify(stdin);
}

function asTexts(env: ShellInput["env"]): Record<string, string> {
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, String(value)]));
}
