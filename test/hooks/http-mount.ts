import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { HttpMount, RouteHandler } from "@pawl/flows";

/** A real HTTP server behind the mount that routes are registered on. */
export async function listen(): Promise<HttpMount & { close(): Promise<void> }> {
  const routes: { method: string; pattern: RegExp; handler: RouteHandler }[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const path = new URL(incoming.url!, url).pathname;
    const route = routes.find(({ method, pattern }) => method === incoming.method && pattern.test(path));
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {};
    const request = new Request(`${url}${incoming.url}`, { method: incoming.method!, ...body });
    const params = route?.pattern.exec(path)?.groups ?? {};
    const response = route
      ? await route.handler(request, { params, remoteAddress: "127.0.0.1" })
      : new Response("", { status: 404 });
    outgoing
      .writeHead(response.status, Object.fromEntries(response.headers))
      .end(Buffer.from(await response.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    route(method, path, handler) {
      const pattern = new RegExp(`^${path.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`);
      const added = { method, pattern, handler };
      routes.push(added);
      return () => void routes.splice(routes.indexOf(added), 1);
    },
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
