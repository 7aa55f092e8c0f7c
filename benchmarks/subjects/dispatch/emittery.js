import Emittery from "emittery";

export function prepare(count) {
  const emitter = new Emittery();
  for (let index = 0; index < count; index++) {
    emitter.on("event", new Function("input", `return input.n === ${index + 1e6} ? 1 : undefined`));
  }
  const input = { n: 0 };
  return (n) => {
    input.n = n;
    return emitter.emitSerial("event", input);
  };
}
