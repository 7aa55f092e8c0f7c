// Sends one signed order: node order.mjs http://127.0.0.1:7295 '{"id":"o-1","amount":120,"card":"4242424242424242"}'
import { createHmac } from "node:crypto";

const [url = "http://127.0.0.1:7295", text = '{"id":"o-1","amount":120}'] = process.argv.slice(2);
const id = JSON.parse(text).id;
const time = Math.floor(Date.now() / 1_000);
const key = process.env.ORDERS_SECRET ?? "";
const signature = createHmac("sha256", key).update(`${id}.${time}.${text}`).digest("base64");

const response = await fetch(`${url}/webhooks/orders`, {
  method: "POST",
  headers: {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": String(time),
    "webhook-signature": `v1,${signature}`,
  },
  body: text,
});
console.log(response.status, await response.text());
