import type { NodeDefinition } from "./node.ts";

/** A node that comes with Pawl: known by name and description, loaded when it is first used. */
export interface BuiltInNode {
  readonly name: string;
  readonly description: string;
  load(): Promise<NodeDefinition>;
}

function builtIn(name: string, description: string, load: () => Promise<NodeDefinition>): BuiltInNode {
  return { name, description, load };
}

export const builtInNodes: readonly BuiltInNode[] = [
  builtIn("assert.that", "Fails the step unless a condition is true.", async () => {
    return (await import("./control/assert-that.ts")).assertThat;
  }),
  builtIn("data.set", "Its output is its `with`, resolved.", async () => {
    return (await import("./data-set.ts")).dataSet;
  }),
  builtIn("file.append", "Adds text to the end of a file of the project.", async () => {
    return (await import("./file/append.ts")).fileAppend;
  }),
  builtIn("file.copy", "Copies a file of the project.", async () => (await import("./file/copy.ts")).fileCopy),
  builtIn("file.delete", "Deletes a file, or a folder with `recursive`.", async () => {
    return (await import("./file/delete.ts")).fileDelete;
  }),
  builtIn("file.list", "The names in a folder, sorted.", async () => (await import("./file/list.ts")).fileList),
  builtIn("file.read", "The text of a file of the project.", async () => (await import("./file/read.ts")).fileRead),
  builtIn("file.write", "Writes a file as a whole: readers see the old text or the new one.", async () => {
    return (await import("./file/write.ts")).fileWrite;
  }),
  builtIn("flow.route", "Names the step that comes next, for `next: ${{ steps.ID.output }}`.", async () => {
    return (await import("./control/flow-route.ts")).flowRoute;
  }),
  builtIn("http.download", "Saves what a URL answers, checked, as a whole file.", async () => {
    return (await import("./http/download.ts")).httpDownload;
  }),
  builtIn("http.request", "Sends an HTTP request; its output has status, headers and body.", async () => {
    return (await import("./http/request.ts")).httpRequest;
  }),
  builtIn("human.approval", "Waits until somebody approves; a rejection fails the step.", async () => {
    return (await import("./control/human-approval.ts")).humanApproval;
  }),
  builtIn("human.input", "Asks a person for a value, which is its output.", async () => {
    return (await import("./control/human-input.ts")).humanInput;
  }),
  builtIn("json.parse", "Reads JSON text.", async () => (await import("./json/parse.ts")).jsonParse),
  builtIn("json.query", "Takes one value out of data by JSON pointer or path.", async () => {
    return (await import("./json/query.ts")).jsonQuery;
  }),
  builtIn("log.message", "Writes a line to the log of the run.", async () => {
    return (await import("./log-message.ts")).logMessage;
  }),
  builtIn("shell.run", "Runs a program; its output has stdout, stderr and code.", async () => {
    return (await import("./shell/shell-run.ts")).shellRun;
  }),
  builtIn("system.if", "One of two values, by a condition.", async () => {
    return (await import("./control/system-if.ts")).systemIf;
  }),
  builtIn("text.replace", "Replaces every occurrence of a text.", async () => {
    return (await import("./text/replace.ts")).textReplace;
  }),
  builtIn("text.template", "Fills `$name` and `${name}` into a text.", async () => {
    return (await import("./text/template.ts")).textTemplate;
  }),
  builtIn(
    "wait.for",
    "Pauses the run for a time, until a moment, or until a condition holds; the pause outlives restarts.",
    async () => {
      return (await import("./control/wait-for.ts")).waitFor;
    },
  ),
];
