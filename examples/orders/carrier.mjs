// Stands for the carrier, a server that is not ours: node carrier.mjs [port]
// A parcel that comes again under the same key is the same parcel.
import { createServer } from "node:http";

const seen = new Set();
const server = createServer(async (request, response) => {
  let text = "";
  for await (const piece of request) text += piece;
  const key = request.headers["idempotency-key"];
  console.log(seen.has(key) ? "again  " : "parcel ", text);
  seen.add(key);
  response.writeHead(204).end();
});
server.listen(Number(process.argv[2] ?? 9000), "127.0.0.1", () => {
  console.log(`carrier at http://127.0.0.1:${server.address().port}/`);
});
