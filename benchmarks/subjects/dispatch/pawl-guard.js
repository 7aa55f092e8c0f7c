import { CircuitBreaker, guard } from "@pawl/hooks/guard";

/**
 * The list for a subject is found as the registry finds it: matched once, then remembered. The hooks have no parameter for
 * a signal, which the registry sees and says to the guard.
 */
export function prepare(count) {
  const breaker = new CircuitBreaker();
  const { signal } = new AbortController();
  const hooks = Array.from({ length: count }, (_, index) => ({
    call: new Function("context", "input", `return input.n === ${index + 1e6} ? 1 : undefined`),
    options: { name: `hook${index}`, breaker, signal, timeoutMs: 60_000, takesSignal: false },
  }));
  const bySubject = new Map([["Bash", hooks]]);
  const input = { n: 0, tool: "Bash" };
  return (n) => {
    input.n = n;
    return dispatch(bySubject.get(input.tool), input);
  };
}

function dispatch(hooks, input) {
  for (let index = 0; index < hooks.length; index++) {
    const { call, options } = hooks[index];
    const outcome = guard(call, options, input);
    if (outcome.status !== "ok" || outcome.value !== undefined) return outcome;
  }
  return undefined;
}
