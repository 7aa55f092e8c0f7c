import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test, vi } from "vitest";
import type { Json } from "../../src/json.ts";
import { MaskedStream } from "../../src/masking/masked-stream.ts";
import { Masker } from "../../src/masking/masker.ts";
import { shown } from "../../src/masking/reference.ts";
import { secretVariables } from "../../src/masking/secret-names.ts";

const home = mkdtempSync(join(tmpdir(), "pawl-masking-"));
vi.stubEnv("XDG_STATE_HOME", home);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

const secret = fc
  .string({ minLength: 8, maxLength: 24, unit: "grapheme" })
  .filter((text) => text.trim().length >= 8 && !/^\**$/.test(text) && !/[\uE0F1\uE0F2]/.test(text));

/** JSON with secrets of the set in its texts and keys. */
function jsonWith(secrets: readonly string[]): fc.Arbitrary<Json> {
  const part = fc.oneof(
    fc.string(),
    fc.constantFrom(...secrets),
    fc.constantFrom("\uE0F1", "\uE0F1tAAAA\uE0F2", "\uE0F2"),
  );
  const text = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(""));
  return fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(
        text.filter((key) => key !== "__proto__"),
        tie("value"),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  })).value;
}

describe("a masker", () => {
  const cases = fc
    .array(secret, { minLength: 1, maxLength: 4 })
    .chain((secrets) => fc.tuple(fc.constant(secrets), jsonWith(secrets)));

  test("encodes values so that they hold no secret, and decodes them to what they were", () => {
    fc.assert(
      fc.property(cases, ([secrets, value]) => {
        const encoded = new Masker(secrets).encode(value);
        for (const each of secrets) {
          expect(textsOf(encoded).some((text) => text.includes(each))).toBe(false);
          expect(textsOf(shown(encoded)).some((text) => text.includes(each))).toBe(false);
        }
        const later = new Masker();
        expect(later.decode(encoded)).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  test("hides every secret of a text that comes in pieces, wherever it is cut", () => {
    const pieces = fc
      .array(secret, { minLength: 1, maxLength: 3 })
      .chain((secrets) =>
        fc.tuple(fc.constant(secrets), fc.array(fc.oneof(fc.string(), fc.constantFrom(...secrets))), fc.nat(9)),
      );
    fc.assert(
      fc.property(pieces, ([secrets, parts, size]) => {
        const text = parts.join("");
        const masker = new Masker(secrets);
        let written = "";
        const stream = new MaskedStream(masker, (piece) => {
          written += piece;
        });
        for (let at = 0; at < text.length; at += size + 1) stream.push(text.slice(at, at + size + 1));
        stream.end();
        expect(written).toBe(masker.maskText(text));
      }),
    );
  });

  test("knows a secret in JSON, in a URL and in base64", () => {
    const value = 'p"ss wörd/+?\\1';
    const masker = new Masker([value]);
    const forms = [
      JSON.stringify({ value }),
      JSON.stringify(JSON.stringify(value)),
      `https://x/?t=${encodeURIComponent(value)}&b=1`,
      `Basic ${Buffer.from(`me:${value}`).toString("base64")}`,
      `Basic ${Buffer.from(`you:${value}`).toString("base64")}`,
      Buffer.from(value).toString("base64url"),
    ];
    for (const form of forms) expect(masker.maskText(form)).toContain("***");
    expect(masker.decode(masker.encode(forms))).toEqual(forms);
  });

  test("hides numbers that are secret, and gives them back as numbers", () => {
    const encoded = new Masker(["12345678"]).encode({ pin: 12345678, other: 5 });
    expect(JSON.stringify(encoded)).not.toContain("12345678");
    expect(new Masker().decode(encoded)).toEqual({ pin: 12345678, other: 5 });
  });

  test("does not take what a stranger wrote for a reference of its own", () => {
    const masker = new Masker(["hunter2-hunter2"]);
    const [stolen] = masker.encode(["hunter2-hunter2"]);
    expect(masker.decode(masker.encode([stolen!]))).toEqual([stolen]);
  });
});

test("variables are secret by their names, when their values are long enough", () => {
  const env = {
    GITHUB_TOKEN: "ghp_123456",
    DB_PASSWORD: "short",
    API_KEY: "abcdef",
    MAX_TOKENS: "1000000",
    PATH: "/usr/bin",
  };
  expect(secretVariables(env)).toEqual(["ghp_123456", "abcdef"]);
});

function textsOf(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...textsOf(item as Json)]);
}
