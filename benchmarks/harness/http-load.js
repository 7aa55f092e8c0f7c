import { connect } from "node:net";

/**
 * Posts a body (a text, or a function that makes each) `count` times over `connections` kept connections, one request at
 * a time on each, `pauseMs` between two. Written on bare sockets, because on two cores a client that costs more than the
 * server measures itself. `onAnswer(milliseconds, body)` sees each answer. Anything but 2xx fails it.
 * @returns requests per second
 */
export async function httpLoad({
  url,
  path,
  body,
  count,
  connections,
  pauseMs = 0,
  headers = {},
  onAnswer = () => {},
}) {
  const { hostname, port } = new URL(url);
  const head = Object.entries({ "content-type": "application/json", ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const withBody = (text) =>
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n${head.join("")}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
  const same = typeof body === "string" ? withBody(body) : undefined;
  const request = () => same ?? withBody(body());
  let left = count;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: connections }, () => {
      return talk({ hostname, port: Number(port), request, take: () => left-- > 0, pauseMs, onAnswer });
    }),
  );
  return (count / (performance.now() - begin)) * 1_000;
}

function talk({ hostname, port, request, take, pauseMs, onAnswer }) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, hostname);
    socket.setNoDelay(true);
    let received = "";
    let sentAt = 0;
    const send = () => {
      if (!take()) return socket.end(resolve);
      sentAt = performance.now();
      socket.write(request());
    };
    socket.on("connect", send);
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      const answer = readAnswer(received);
      if (answer === undefined) return;
      if (!/^HTTP\/1\.1 2/.test(received)) return reject(new Error(received.slice(0, 400)));
      received = "";
      onAnswer(performance.now() - sentAt, answer);
      if (pauseMs === 0) send();
      else setTimeout(send, pauseMs);
    });
  });
}

/** The body, once all of it has come; its length is given, or it comes in chunks. */
function readAnswer(text) {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  const body = text.slice(end + 4);
  if (length === undefined) return body.endsWith("0\r\n\r\n") ? body : undefined;
  return body.length >= Number(length) ? body : undefined;
}
