import { createHmac } from "node:crypto";
import { projectWith, type Served, serve } from "./serve-kit.ts";

export const secret = "known to two";

const network = `name: scoring
pods:
  - { id: intake, template: http-gateway, auth: { apiKey: { env: PAWL_TEST_KEY, header: x-key } } }
  - { id: open, template: http-gateway }
  - { id: join, template: http-fan-in, correlate: { key: /id } }
  - { id: archive, template: http-sink }
connections:
  - { from: intake, to: join }
  - { from: open, to: join }
  - { from: join, to: archive }
`;

const line = `name: line
pods:
  - { id: intake, template: http-gateway }
  - { id: check, template: http-relay, retry: { attempts: 1 } }
  - { id: archive, template: http-sink }
connections:
  - { from: intake, to: check }
  - { from: check, to: archive }
`;

const steps = 'steps: [{ id: keep, uses: data.set, with: { payload: "${{ trigger.payload }}" } }]\n';

/** A project with one of everything that has routes. */
export function serveEverything(): Promise<Served> {
  const dir = projectWith({
    "flows/orders.yaml": `name: orders\ninputs: { n: { type: number, default: 1 } }\ntrigger: { uses: webhook.receive, with: { method: [POST, GET] } }\n${steps}`,
    "flows/signed.yaml": `name: signed\ntrigger: { uses: webhook.receive, with: { secret: "${secret}", signature: github, respond: result } }\n${steps}`,
    "flows/full.yaml": `name: full\nconcurrency: { limit: 1, overflow: drop }\ntrigger: { uses: webhook.receive }\nsteps: [{ id: long, uses: wait.for, with: { duration: 1h } }]\n`,
    "flows/asking.yaml":
      "name: asking\nsteps:\n  - { id: gate, uses: human.approval, with: { message: Go? } }\n  - { id: value, uses: human.input, with: { prompt: Which? } }\n",
    "flows/broken.yaml": "name: broken\nsteps: [",
    "networks/scoring.yaml": network,
    "networks/line.yaml": line,
    "networks/line/check.js":
      "export function onReceiveRelay(payload) { if (payload.bad) throw new TypeError('no'); return payload; }",
    "hooks/note/HOOK.md":
      '+++\nname = "note"\nevent = "PostToolUse"\nmatcher = ".*"\ncommand = "cat"\n+++\nReads along.\n',
  });
  return serve(dir);
}

export function githubSignature(body: string): Record<string, string> {
  return { "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` };
}
