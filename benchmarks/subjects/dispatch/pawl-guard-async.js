import { CircuitBreaker, guard } from "@pawl/hooks/guard";

export function prepare() {
  const options = { name: "hook", breaker: new CircuitBreaker(), timeoutMs: 60_000 };
  const hook = async (input) => input.n;
  const input = { n: 0 };
  return (n) => {
    input.n = n;
    return guard(() => hook(input), options);
  };
}
