import { once } from "node:events";
import { createConnection, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Channel } from "../../src/workers/channel.ts";

/** Two ends of a line, and what the first of them writes. */
async function connect() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const near = createConnection((server.address() as { port: number }).port, "127.0.0.1");
  const [far] = (await once(server, "connection")) as [Socket];
  const heard: string[] = [];
  const sender = new Channel<string, string>(near, { message: () => {}, close: () => {} });
  new Channel<string, string>(far, { message: (message) => heard.push(message), close: () => {} });
  const close = () => {
    near.destroy();
    far.destroy();
    server.close();
  };
  return { sender, heard, writes: vi.spyOn(near, "write"), close };
}

describe("messages between two processes", () => {
  let line: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => {
    line = await connect();
  });
  afterEach(() => line.close());

  test("of one turn of the event loop are one line", async () => {
    const { sender, heard, writes } = line;
    sender.send("a");
    await Promise.resolve();
    sender.send("b");
    expect(writes).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(heard).toEqual(["a", "b"]));
    expect(writes).toHaveBeenCalledTimes(1);
  });

  test("that are sent soon leave together before anything else of the turn, with what was sent before", async () => {
    const { sender, heard, writes } = line;
    sender.send("a");
    sender.sendSoon("b");
    sender.sendSoon("c");
    await Promise.resolve();
    expect(writes).toHaveBeenCalledTimes(1);
    sender.send("d");
    expect(writes).toHaveBeenCalledTimes(1);
    await vi.waitFor(() => expect(heard).toEqual(["a", "b", "c", "d"]));
    expect(writes).toHaveBeenCalledTimes(2);
  });
});
