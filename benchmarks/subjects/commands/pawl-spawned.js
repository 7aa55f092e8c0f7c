import { createCommandHook } from "@pawl/hooks";
import { subject } from "../../harness/subject.js";
import { argv, input } from "./input.js";
import { measureCalls } from "./measure-calls.js";

subject(({ isQuick }) => {
  const hook = createCommandHook({ command: argv });
  const { signal } = new AbortController();
  return measureCalls(() => hook.run(input, "use-1", signal), { count: isQuick ? 40 : 200 });
});
