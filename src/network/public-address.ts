/**
 * Which IP addresses are on the public Internet. The host name of an issuer or a receiver is written by an admin of a
 * tenant, and may resolve to anything: without this, the server could be made to ask inside its own network.
 */
import { BlockList, isIP, isIPv4 } from 'node:net';

/** RFC 6890 and its updates: everything of IPv4 that is not globally reachable. */
const SPECIAL_V4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Within 2000::/3, the only part of IPv6 that is given out: documentation, and tunnels that carry an IPv4 address. */
const SPECIAL_V6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [network, prefix] of SPECIAL_V4) special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of SPECIAL_V6) special.addSubnet(network, prefix, 'ipv6');

const unicast = new BlockList();
unicast.addSubnet('2000::', 3, 'ipv6');

/** IPv4 in IPv6: mapped (RFC 4291 §2.5.5.2) and by NAT64 (RFC 6052 §2.1). Judged by the IPv4 address. */
const EMBEDDED = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** True for an address, without brackets, that is globally reachable unicast. False for what is no IP address. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4');
  // A zone (`fe80::1%eth0`) is of local addresses alone.
  if (isIP(address) !== 6 || address.includes('%')) return false;
  const [, high, low] = EMBEDDED.exec(new URL(`http://[${address}]`).hostname.slice(1, -1)) ?? [];
  if (high !== undefined && low !== undefined) return isPublicAddress(dotted(high, low));
  return unicast.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

function dotted(high: string, low: string): string {
  const bits = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16);
  return [bits >>> 24, bits >>> 16, bits >>> 8, bits].map((part) => part & 255).join('.');
}
