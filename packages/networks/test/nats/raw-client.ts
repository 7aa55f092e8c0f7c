import { type NatsConnection, connect as open } from "@nats-io/transport-node";

/** Does something as a user of the server. @returns what the server had against it */
export async function connect(
  url: string,
  user: string,
  pass: string,
  work: (connection: NatsConnection) => Promise<void>,
): Promise<string> {
  const connection = await open({ servers: url, user, pass });
  const found = (async () => {
    for await (const status of connection.status()) if (status.type === "error") return status.error.message;
    return "";
  })();
  await work(connection);
  await connection.flush();
  const said = await Promise.race([found, new Promise<string>((resolve) => setTimeout(() => resolve(""), 5_000))]);
  await connection.close();
  return said;
}
