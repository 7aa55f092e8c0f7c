import { createPersistentHook } from "@pawl/hooks";
import { subject } from "../../harness/subject.js";
import { input, persistentArgv } from "./input.js";
import { measureCalls } from "./measure-calls.js";

subject(({ isQuick }) => {
  const hook = createPersistentHook({ command: persistentArgv });
  const { signal } = new AbortController();
  return measureCalls(() => hook.run(input, "use-1", signal), { count: isQuick ? 1_000 : 10_000 });
});
