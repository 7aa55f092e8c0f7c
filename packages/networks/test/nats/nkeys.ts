import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** Who is asked for, by the letter that NATS writes before their keys. */
const prefixes = { operator: 14 << 3, account: 0, user: 20 << 3 } as const;
const seedPrefix = 18 << 3;
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export interface Nkey {
  readonly publicKey: string;
  readonly seed: string;
  readonly key: KeyObject;
}

/** A pair of keys in the way in which NATS writes them. */
export function newNkey(kind: keyof typeof prefixes): Nkey {
  const { privateKey } = generateKeyPairSync("ed25519");
  const { d, x } = privateKey.export({ format: "jwk" });
  const prefix = prefixes[kind];
  const seed = [seedPrefix | (prefix >> 5), (prefix & 31) << 3, ...Buffer.from(d!, "base64url")];
  return { publicKey: written([prefix, ...Buffer.from(x!, "base64url")]), seed: written(seed), key: privateKey };
}

/** A server whose users are known by tokens that an account has signed: its configuration, and files of users. */
export function newOperator(): { readonly config: string; newCreds(of?: "known" | "strange"): string } {
  const [operator, account, system, stranger] = (["operator", "account", "account", "account"] as const).map(newNkey);
  const limits = { subs: -1, data: -1, payload: -1, conn: -1, leaf: -1, imports: -1, exports: -1, wildcards: true };
  const storage = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const ofAccount = (key: Nkey, more: object) =>
    token(operator!, key, { type: "account", limits: { ...limits, ...more }, default_permissions: perms });
  const lines = [
    `operator: ${token(operator!, operator!, { type: "operator", system_account: system!.publicKey })}`,
    `system_account: ${system!.publicKey}`,
    "resolver: MEMORY",
    "resolver_preload: {",
    `  ${account!.publicKey}: ${ofAccount(account!, storage)}`,
    `  ${system!.publicKey}: ${ofAccount(system!, {})}`,
    "}",
  ];
  return {
    config: lines.join("\n"),
    newCreds(of = "known") {
      const user = newNkey("user");
      const jwt = token(of === "known" ? account! : stranger!, user, {
        ...{ type: "user", subs: -1, data: -1, payload: -1 },
        ...perms,
      });
      return [
        ...["-----BEGIN NATS USER JWT-----", jwt, "------END NATS USER JWT------", ""],
        ...["-----BEGIN USER NKEY SEED-----", user.seed, "------END USER NKEY SEED------", ""],
      ].join("\n");
    },
  };
}

const perms = { pub: {}, sub: {} };

/** What one says of another, signed. */
function token(issuer: Nkey, subject: Nkey, nats: object): string {
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { jti: subject.publicKey, iat: Math.floor(Date.now() / 1_000), iss: issuer.publicKey };
  const body = { ...claims, name: "test", sub: subject.publicKey, nats: { ...nats, version: 2 } };
  const text = `${encoded({ typ: "JWT", alg: "ed25519-nkey" })}.${encoded(body)}`;
  return `${text}.${sign(null, Buffer.from(text), issuer.key).toString("base64url")}`;
}

function written(bytes: readonly number[]): string {
  const sum = checksum(bytes);
  return base32([...bytes, sum & 0xff, sum >> 8]);
}

/** CRC-16/XMODEM. */
function checksum(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    crc &= 0xffff;
  }
  return crc;
}

function base32(bytes: readonly number[]): string {
  const bits = bytes.map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits.replaceAll(/.{1,5}/g, (five) => alphabet[Number.parseInt(five.padEnd(5, "0"), 2)]!);
}
