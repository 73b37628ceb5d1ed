import { isIP, isIPv6 } from 'node:net';

/**
 * The part of an address that one subscriber holds: all of an IPv4 address, the first 64 bits of an IPv6 address
 * (RFC 6177). Limits are counted by it, or a client could use 2^64 addresses. Any other text is returned unchanged.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  if (!isIPv6(address)) return address;
  const [head = '', tail = ''] = address.toLowerCase().split('%')[0]?.split('::') ?? [];
  const left = head.split(':').filter(Boolean);
  const right = tail.split(':').filter(Boolean);
  const groups = address.includes('::')
    ? [...left, ...Array(8 - left.length - right.length).fill('0'), ...right]
    : left;
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

/** An address, a range in CIDR notation, or one of the names the proxy check knows. */
export function isProxy(item: string): boolean {
  const [address = '', bits, rest] = item.split('/');
  if (/^(loopback|linklocal|uniquelocal)$/.test(item)) return true;
  return isIP(address) !== 0 && rest === undefined && (bits === undefined || /^\d{1,3}$/.test(bits));
}
