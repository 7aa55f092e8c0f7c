import { systemClock } from "@pawl/hooks/guard";
import { describe, expect, test } from "vitest";
import { readBody } from "../../src/gateway/read-body.ts";
import { Deadlines } from "../../src/schedule/deadlines.ts";

const limits = { maxBytes: 1_000, deadlines: new Deadlines(systemClock, 30) };

function request(body: ReadableStream<Uint8Array>): Request {
  const init = { method: "POST", body, duplex: "half", headers: { "content-type": "application/json" } };
  return new Request("http://test/", init as RequestInit);
}

describe("the body of a request", () => {
  test("that comes too slowly is 408, and its stream is given up", async () => {
    let isCancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"a":')),
      cancel: () => {
        isCancelled = true;
      },
    });
    await expect(readBody(request(stream), limits)).rejects.toMatchObject({ status: 408, code: "timeout" });
    expect(isCancelled).toBe(true);
  });

  test("whose client goes away is 400", async () => {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"a":')),
      pull: (controller) => controller.error(new Error("reset")),
    });
    await expect(readBody(request(stream), limits)).rejects.toMatchObject({ status: 400, code: "bad_request" });
  });

  test("that is not UTF-8 is 400", async () => {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array([0x7b, 0xff, 0x7d]));
        controller.close();
      },
    });
    await expect(readBody(request(stream), limits)).rejects.toMatchObject({ status: 400, code: "bad_json" });
  });

  test("may come in pieces that cut a character in two", async () => {
    const bytes = new TextEncoder().encode('{"a":"ø"}');
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    expect((await readBody(request(stream), limits)).payload).toEqual({ a: "ø" });
  });
});
