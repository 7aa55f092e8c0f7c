import { type Connection, connect, nodeErrorOf, type RedisClient } from "./connection.ts";

/** Uses a connection for one step. @throws NodeError, TransientError */
export async function withClient<T>(
  connection: Connection,
  signal: AbortSignal,
  use: (client: RedisClient) => Promise<T>,
): Promise<T> {
  let client: RedisClient | undefined;
  const leave = () => client?.isOpen && client.destroy();
  try {
    client = await connect(connection);
    signal.throwIfAborted();
    signal.addEventListener("abort", leave, { once: true });
    return await use(client);
  } catch (error) {
    signal.throwIfAborted();
    throw nodeErrorOf(error);
  } finally {
    signal.removeEventListener("abort", leave);
    leave();
  }
}
