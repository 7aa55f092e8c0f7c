import { createServer } from "node:http";

// The floor: reads a body, parses it as JSON, answers 202. Nothing is kept.
const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const { order } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const body = JSON.stringify({ id: order, status: "accepted" });
    response.writeHead(202, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
