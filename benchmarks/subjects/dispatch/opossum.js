import CircuitBreaker from "opossum";

export function prepare() {
  const breaker = new CircuitBreaker(async (input) => input.n, { timeout: 60_000 });
  const input = { n: 0 };
  return (n) => {
    input.n = n;
    return breaker.fire(input);
  };
}
