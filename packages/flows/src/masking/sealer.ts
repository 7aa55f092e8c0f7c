import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { userStateDir } from "../project/state-folder.ts";

const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;
const keys = new Map<string, Buffer>();

/** Encrypts with a key that stands outside of all projects. The same text gives the same result, so it can be compared. */
export function seal(text: string): string {
  const key = readKey();
  const iv = createHmac("sha256", key).update(text).digest().subarray(0, ivBytes);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url");
}

/**
 * @throws Error when it was sealed with another key, or changed
 */
export function unseal(sealed: string): string {
  const bytes = Buffer.from(sealed, "base64url");
  try {
    const decipher = createDecipheriv("aes-256-gcm", readKey(), bytes.subarray(0, ivBytes));
    decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new Error("A stored secret cannot be read: it was sealed with another key.", { cause });
  }
}

function readKey(): Buffer {
  const file = join(userStateDir(), "secrets.key");
  let key = keys.get(file);
  if (key === undefined) {
    key = keyIn(file);
    keys.set(file, key);
  }
  return key;
}

/** Where no key can be kept, one that lasts as long as this process: sealed values cannot be read after it. */
function keyIn(file: string): Buffer {
  const own = randomBytes(keyBytes);
  try {
    return readKeyFile(file) ?? makeKeyFile(file, own);
  } catch {
    return own;
  }
}

function readKeyFile(file: string): Buffer | undefined {
  try {
    const key = readFileSync(file);
    return key.length === keyBytes ? key : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Several processes may do so at once: the first one's key counts. */
function makeKeyFile(file: string, key: Buffer): Buffer {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, key, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readKeyFile(file) ?? key;
}
