import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { isSigned, type SignatureTerms } from "../../../src/triggers/webhook/signature.ts";

interface Vector {
  readonly secret: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds since 1970. */
  readonly at: number;
}

const slackBody =
  "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
  "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com" +
  "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
  "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

/** From the documentation of each, but Stripe's, which publishes none: made with `openssl dgst -sha256 -hmac`. */
const vectors: Readonly<Record<string, Vector>> = {
  github: {
    secret: "It's a Secret to Everybody",
    body: "Hello, World!",
    headers: { "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17" },
    at: 0,
  },
  standard: {
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    body: '{"test": 2432232314}',
    headers: {
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    },
    at: 1_614_265_330,
  },
  slack: {
    secret: "8f742231b10e8888abcd99yyyzzz85a5",
    body: slackBody,
    headers: {
      "x-slack-request-timestamp": "1531420618",
      "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    },
    at: 1_531_420_618,
  },
  stripe: {
    secret: "whsec_test_secret",
    body: '{"id":"evt_1","object":"event"}',
    headers: { "stripe-signature": "t=1700000000,v1=0c8670ed117751cc551a20e35839447075c42800ea3cf3e8a2fbda99cd1e6edd" },
    at: 1_700_000_000,
  },
};

function check(vector: Vector, change: Partial<Vector & SignatureTerms> = {}): boolean {
  const { secret, body, headers, at } = { ...vector, ...change };
  const terms = { secrets: [secret], toleranceMs: 300_000, now: at * 1_000, ...change };
  return isSigned({ headers: new Headers(headers), body: Buffer.from(body) }, terms);
}

describe.each(Object.entries(vectors))("a signature of %s", (scheme, vector) => {
  test("that its documentation gives is right, asked for by name or not", () => {
    expect(check(vector)).toBe(true);
    expect(check(vector, { scheme: scheme as never })).toBe(true);
  });

  test("is that of these bytes, this secret and this scheme only", () => {
    expect(check(vector, { body: `${vector.body} ` })).toBe(false);
    expect(check(vector, { body: "" })).toBe(false);
    expect(check(vector, { secret: `x${vector.secret}` })).toBe(false);
    expect(check(vector, { scheme: scheme === "github" ? "stripe" : "github" })).toBe(false);
    expect(check(vector, { headers: {} })).toBe(false);
  });

  test("holds for its window only, in both directions", () => {
    if (scheme === "github") return;
    expect(check(vector, { at: vector.at + 300 })).toBe(true);
    expect(check(vector, { at: vector.at + 301 })).toBe(false);
    expect(check(vector, { at: vector.at - 301 })).toBe(false);
  });

  test("that is cut, empty or of another length is wrong and no error", () => {
    for (const [name, value] of Object.entries(vector.headers)) {
      for (const wrong of [value.slice(0, -5), "", "v1,", "sha256=", "t=,v1=", "v0=zz", "💥".repeat(3)]) {
        if (wrong === value) continue;
        let headers: Record<string, string>;
        try {
          headers = Object.fromEntries(new Headers({ ...vector.headers, [name]: wrong }));
        } catch {
          continue;
        }
        expect(check(vector, { headers }), `${name}: ${wrong}`).toBe(false);
      }
    }
  });
});

test("bytes that are no text are signed as they are", () => {
  const body = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
  const signature = createHmac("sha256", "s").update(body).digest("hex");
  const headers = new Headers({ "x-hub-signature-256": `sha256=${signature}` });
  const terms = { secrets: ["s"], toleranceMs: 1, now: 0 };
  expect(isSigned({ headers, body }, terms)).toBe(true);
  expect(isSigned({ headers, body: Buffer.from(body.toString("utf8")) }, terms)).toBe(false);
});
