import { type LookupAddress, type LookupAllOptions, lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { NodeError } from "../node.ts";

type Subnet = readonly [network: string, prefix: number];

/** Of this machine, of private networks (metadata services of clouds among them), and of nobody. */
const internal4: readonly Subnet[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];
const internal6: readonly Subnet[] = [
  ["::", 96],
  ["64:ff9b:1::", 48],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
];
/** An IPv4 address as networks with IPv6 only write it. */
const translated = /^64:ff9b::(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})?$/;

const internal = new BlockList();
for (const [network, prefix] of internal4) internal.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of internal6) internal.addSubnet(network, prefix, "ipv6");

export function isInternalAddress(address: string): boolean {
  const [plain = ""] = address.split("%");
  if (isIP(plain) === 4) return internal.check(plain, "ipv4");
  const inner = translated.exec(new URL(`http://[${plain}]`).hostname.slice(1, -1));
  if (inner === null) return internal.check(plain, "ipv6");
  const halves = [inner[1], inner[2]].map((half) => Number.parseInt(half ?? "0", 16));
  return internal.check(halves.flatMap((half) => [half >> 8, half & 255]).join("."), "ipv4");
}

/** Says of an address whether it must not be reached. */
export type IsRefused = (address: string) => boolean;

/**
 * The host of a URL that is an address itself: no lookup is made for such a one.
 * @throws NodeError when it is refused
 */
export function checkLiteralAddress({ hostname }: URL, isRefused: IsRefused): void {
  const address = hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
  if (isIP(address) !== 0 && isRefused(address)) throw refusal(hostname, address);
}

/** Finds all addresses of a name, as the system does. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** A lookup which fails for names of refused addresses: what is checked is what is connected to. */
export function lookupWithout(isRefused: IsRefused, resolve: Resolve = lookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const found = addresses.find(({ address }) => isRefused(address));
      if (found !== undefined) return callback(refusal(hostname, found.address), []);
      if (options.all) return callback(null, addresses);
      const { address, family } = addresses[0] as LookupAddress;
      callback(null, address, family);
    });
  };
}

function refusal(hostname: string, address: string): NodeError {
  const place = hostname.replace(/^\[|\]$/g, "") === address ? "which is an" : `which is at ${address}, an`;
  return new NodeError(
    `The URL leads to ${hostname}, ${place} internal address, and its host does not stand in the flow file. ` +
      "If that is meant, write the host there, or give allow_internal: true.",
    { code: "internal-address" },
  );
}
