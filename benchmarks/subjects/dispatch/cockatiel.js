import { ConsecutiveBreaker, circuitBreaker, handleAll, TimeoutStrategy, timeout, wrap } from "cockatiel";

export function prepare() {
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(5) });
  const policy = wrap(breaker, timeout(60_000, TimeoutStrategy.Cooperative));
  const hook = async (input) => input.n;
  const input = { n: 0 };
  return (n) => {
    input.n = n;
    return policy.execute(() => hook(input));
  };
}
