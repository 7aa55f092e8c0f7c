import { spawn } from "node:child_process";
import { subject } from "../../harness/subject.js";
import { argv, text } from "./input.js";
import { measureCalls } from "./measure-calls.js";

function call() {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), { stdio: "pipe" });
    child.on("error", reject);
    child.on("close", resolve);
    child.stdout.resume();
    child.stderr.resume();
    child.stdin.end(text);
  });
}

subject(({ isQuick }) => measureCalls(call, { count: isQuick ? 40 : 200 }));
