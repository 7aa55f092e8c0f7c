/** What a hook is given before a tool is used. */
export const input = {
  session_id: "bench",
  transcript_path: "",
  cwd: "/",
  hook_event_name: "PreToolUse",
  tool_name: "Bash",
  tool_input: { command: "ls -la /tmp" },
  tool_use_id: "use-1",
};

export const text = JSON.stringify(input);

/** Reads all of its input and prints nothing. */
export const argv = ["dd", "of=/dev/null", "status=none"];

/** Answers each line of JSON with one. */
export const persistentArgv = [
  process.execPath,
  "-e",
  `require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    process.stdout.write('{"id":' + JSON.parse(line).id + ',"output":{}}\\n');
  });`,
];
