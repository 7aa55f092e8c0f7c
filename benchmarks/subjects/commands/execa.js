import { execa } from "execa";
import { subject } from "../../harness/subject.js";
import { argv, text } from "./input.js";
import { measureCalls } from "./measure-calls.js";

subject(({ isQuick }) => {
  return measureCalls(() => execa(argv[0], argv.slice(1), { input: text }), { count: isQuick ? 40 : 200 });
});
