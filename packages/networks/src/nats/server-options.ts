import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "@nats-io/transport-node";
import type { NatsClient } from "./client.ts";

/** Where the server is, and who asks. */
export interface ServerOptions {
  /** `nats://host:4222` or `tls://host:4222`; several with commas. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** A `.creds` file: a token of an account and its key. */
  readonly credsFile?: string;
  /** A file with the seed of an NKey. */
  readonly nkeyFile?: string;
  /** Files in PEM. A `ca` alone makes the connection TLS. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** An option that cannot be used, as a sentence. */
export class ServerOptionError extends Error {
  readonly code = "transport-invalid";
}

/** @throws ServerOptionError when the URL is none or a file cannot be read */
export function connectionOptions(client: NatsClient, options: ServerOptions): ConnectionOptions {
  const urls = options.url.split(",").map(urlOf);
  const [first] = urls as [URL];
  const user = options.user ?? textOf(first.username);
  const password = options.password ?? textOf(first.password);
  const token = options.token ?? (password === undefined && options.user === undefined ? user : undefined);
  return {
    servers: urls.map((url) => `${url.hostname}:${url.port || "4222"}`),
    ...(token === undefined ? { user, pass: password } : { token }),
    ...authenticatorOf(client, options),
    ...(options.tls !== undefined || first.protocol === "tls:" ? { tls: tlsOf(options.tls ?? {}) } : {}),
  } as ConnectionOptions;
}

/** As it may be shown: without anything secret. */
export function shownUrl(url: string): string {
  return url
    .split(",")
    .map((one) => one.trim().replace(/\/\/[^@/]*@/, "//"))
    .join(",");
}

function urlOf(text: string): URL {
  const url = parse(text.trim());
  if (url !== null && (url.protocol === "nats:" || url.protocol === "tls:") && url.hostname !== "") return url;
  throw new ServerOptionError(
    `A NATS server is named like nats://host:4222 or tls://host:4222; "${shownUrl(text)}" came.`,
  );
}

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function textOf(part: string): string | undefined {
  return part === "" ? undefined : decodeURIComponent(part);
}

function authenticatorOf(client: NatsClient, { credsFile, nkeyFile }: ServerOptions): Partial<ConnectionOptions> {
  if (credsFile !== undefined) {
    const bytes = bytesOf(credsFile, "credentials");
    const text = new TextDecoder().decode(bytes);
    if (!/BEGIN NATS USER JWT-+\s+\S/.test(text) || !/BEGIN USER NKEY SEED-+\s+SU/.test(text)) {
      throw new ServerOptionError(`${credsFile} is no credentials file: it holds the token of a user and their seed.`);
    }
    return { authenticator: client.credentials(bytes) };
  }
  if (nkeyFile !== undefined) {
    const seed = new TextDecoder().decode(bytesOf(nkeyFile, "NKey")).trim();
    if (!/^SU[A-Z2-7]{56}$/.test(seed)) {
      throw new ServerOptionError(`${nkeyFile} holds no seed of a user: that is one line of 58 letters, SU….`);
    }
    return { authenticator: client.nkey(new TextEncoder().encode(seed)) };
  }
  return {};
}

function tlsOf(tls: NonNullable<ServerOptions["tls"]>): object {
  const read = (file: string | undefined, what: string) =>
    file === undefined ? undefined : new TextDecoder().decode(bytesOf(file, what));
  const found = { ca: read(tls.ca, "CA"), cert: read(tls.cert, "certificate"), key: read(tls.key, "key") };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

function bytesOf(file: string, what: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : (error as Error).message;
    throw new ServerOptionError(`The ${what} file ${file} cannot be read: ${why}.`, { cause: error });
  }
}
