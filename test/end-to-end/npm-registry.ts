import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..", "..");

interface Published {
  readonly name: string;
  readonly version: string;
  readonly manifest: object;
  /** A tarball, or the folder that one is made of when it is asked for. */
  readonly from: { readonly tarball: string } | { readonly folder: string };
}

/** A registry on this machine: the packages of this repository as they are packed, and what is installed here. */
export interface LocalRegistry {
  readonly url: string;
  /** The tarball of a package of this repository. */
  tarballOf(name: string): string;
  /** For npm, which then asks nobody else and remembers nothing. */
  readonly env: Readonly<Record<string, string>>;
  close(): void;
}

export async function startRegistry(): Promise<LocalRegistry> {
  const folder = mkdtempSync(join(tmpdir(), "pawl-registry-"));
  const packed = packWorkspaces(folder);
  const packages = [...packed, ...installedPackages()];
  const tarballs = new Map<Published, Promise<Buffer>>();
  const tarball = (of: Published): Promise<Buffer> => {
    const made = tarballs.get(of) ?? makeTarball(of);
    tarballs.set(of, made);
    return made;
  };
  const server = createServer(async (request, response) => {
    // A scope's slash is encoded: a package is one segment, and a tarball is /-/NAME/VERSION.tgz.
    const parts = request.url!.slice(1).split("/");
    const [name = "", file] = parts[0] === "-" ? parts.slice(1) : parts;
    const found = packages.filter((other) => other.name === decodeURIComponent(name));
    if (found.length === 0)
      response.writeHead(404, { "content-type": "application/json" }).end('{"error":"not found"}');
    else if (file === undefined)
      response.end(JSON.stringify(await packument(found, tarball, `http://${request.headers.host}`)));
    else response.end(await tarball(found.find((other) => `${other.version}.tgz` === file)!));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    env: {
      npm_config_registry: url,
      npm_config_cache: join(folder, "cache"),
      npm_config_update_notifier: "false",
    },
    tarballOf(name) {
      const found = packed.find((other) => other.name === name);
      if (found === undefined || !("tarball" in found.from)) throw new Error(`${name} was not packed.`);
      return found.from.tarball;
    },
    close() {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function packWorkspaces(folder: string): Published[] {
  const options = { cwd: root, encoding: "utf8" as const, stdio: ["ignore", "pipe", "ignore"] as const };
  const args = ["pack", "--workspaces", "--json", "--ignore-scripts", "--pack-destination", folder];
  const made = JSON.parse(execFileSync("npm", args, { ...options, stdio: [...options.stdio] }));
  const files = (Array.isArray(made) ? made : Object.values(made)) as { filename: string }[];
  return files.map(({ filename }) => {
    const tarball = join(folder, filename);
    const manifest = JSON.parse(execFileSync("tar", ["-xzOf", tarball, "package/package.json"], { encoding: "utf8" }));
    return { name: manifest.name, version: manifest.version, manifest, from: { tarball } };
  });
}

/** Everything in the lock file that is there. */
function installedPackages(): Published[] {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return Object.keys(packages).flatMap((path) => {
    const folder = join(root, path);
    if (!path.includes("node_modules/") || packages[path].link || !existsSync(join(folder, "package.json"))) return [];
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return [{ name: manifest.name, version: manifest.version, manifest, from: { folder } }];
  });
}

/** pnpm and Yarn take nothing of which they do not know the hash, and Yarn nothing that was published just now. */
async function packument(
  found: readonly Published[],
  tarballOf: (of: Published) => Promise<Buffer>,
  url: string,
): Promise<object> {
  const versions = found.map(async (each) => {
    const { name, version, manifest } = each;
    const tarball = `${url}/-/${name.replace("/", "%2f")}/${version}.tgz`;
    const hash = createHash("sha512").update(await tarballOf(each));
    const integrity = `sha512-${hash.digest("base64")}`;
    return [version, { ...manifest, _id: `${name}@${version}`, dist: { tarball, integrity } }] as const;
  });
  const latest = found[0]!.version;
  const time = Object.fromEntries(found.map(({ version }) => [version, "2026-01-01T00:00:00.000Z"]));
  const all = Object.fromEntries(await Promise.all(versions));
  return { name: found[0]!.name, "dist-tags": { latest }, time, versions: all };
}

async function makeTarball({ from }: Published): Promise<Buffer> {
  if ("tarball" in from) return readFileSync(from.tarball);
  const options = ["--exclude=./node_modules", "--transform=s,^\\.,package,"];
  const argv = ["-I", "gzip -1", "-cf", "-", ...options, "-C", from.folder, "."];
  return (await promisify(execFile)("tar", argv, { encoding: "buffer", maxBuffer: 512 * 1_048_576 })).stdout;
}
