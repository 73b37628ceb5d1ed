import { BlockList, isIP } from 'node:net';

/**
 * IPv4 ranges that are not hosts of the public internet (IANA IPv4 Special-Purpose Address Registry, and multicast):
 * https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const SPECIAL_IPV4: readonly (readonly [address: string, bits: number])[] = [
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

/**
 * Ranges within the public part of IPv6 that are special, or hold an IPv4 address that may be (Teredo, 6to4):
 * https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const SPECIAL_IPV6: readonly (readonly [address: string, bits: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [address, bits] of SPECIAL_IPV4) special.addSubnet(address, bits, 'ipv4');
for (const [address, bits] of SPECIAL_IPV6) special.addSubnet(address, bits, 'ipv6');

const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/** IPv4-mapped addresses, and those of NAT64 (RFC 6052): the last 32 bits are the IPv4 address that is reached. */
const EMBEDDED_IPV4 = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/**
 * True for an address that a request of a client must not reach: private, loopback, link-local, shared, multicast,
 * unspecified or reserved, also when it is embedded in an IPv6 address. Everything that is no address counts as special.
 * @param address as DNS or `URL` gives it, without brackets
 */
export function isSpecialAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return special.check(address, 'ipv4');
  if (family !== 6 || address.includes('%')) return true;
  const normal = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = EMBEDDED_IPV4.exec(normal) ?? [];
  if (high !== undefined && low !== undefined) return special.check(toIpv4(high, low), 'ipv4');
  if (normal.startsWith('64:ff9b::') || normal.startsWith('::')) return true;
  return !globalUnicast.check(normal, 'ipv6') || special.check(normal, 'ipv6');
}

/** @param high the upper 16 bits, hexadecimal */
function toIpv4(high: string, low: string): string {
  const bits = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return bits.flatMap((part) => [part >> 8, part & 0xff]).join('.');
}

/** True for a name that stands for this machine (RFC 6761, section 6.3), also when DNS has another address for it. */
export function isLoopbackName(hostname: string): boolean {
  return /(^|\.)localhost\.?$/i.test(hostname);
}
