import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

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
  const server = createServer((request, response) => {
    // A scope's slash is encoded: a package is one segment, and a tarball is /-/NAME/VERSION.tgz.
    const parts = request.url!.slice(1).split("/");
    const [name = "", file] = parts[0] === "-" ? parts.slice(1) : parts;
    const found = packages.filter((other) => other.name === decodeURIComponent(name));
    if (found.length === 0)
      response.writeHead(404, { "content-type": "application/json" }).end('{"error":"not found"}');
    else if (file === undefined) response.end(JSON.stringify(packument(found, `http://${request.headers.host}`)));
    else sendTarball(found.find((other) => `${other.version}.tgz` === file)!, response);
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

function packument(found: readonly Published[], url: string): object {
  const versions = found.map(({ name, version, manifest }) => {
    const tarball = `${url}/-/${name.replace("/", "%2f")}/${version}.tgz`;
    return [version, { ...manifest, _id: `${name}@${version}`, dist: { tarball } }] as const;
  });
  return { name: found[0]!.name, "dist-tags": { latest: found[0]!.version }, versions: Object.fromEntries(versions) };
}

function sendTarball({ from }: Published, response: import("node:http").ServerResponse): void {
  if ("tarball" in from) {
    response.end(readFileSync(from.tarball));
    return;
  }
  const options = ["--exclude=./node_modules", "--transform=s,^\\.,package,"];
  const made = spawn("tar", ["-I", "gzip -1", "-cf", "-", ...options, "-C", from.folder, "."], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  made.stdout.pipe(response);
}
