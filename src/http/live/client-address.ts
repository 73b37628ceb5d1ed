import type { IncomingMessage } from 'node:http';
import proxyAddress from '@fastify/proxy-addr';

/** The address of the client of a request that is no request of Fastify, by the same rule as `request.ip`. */
export type AddressOf = (request: IncomingMessage) => string;

/** @param trustProxy the proxies whose `X-Forwarded-For` is believed (`TRUST_PROXY`) */
export function createAddressOf(trustProxy: readonly string[] | undefined): AddressOf {
  if (trustProxy === undefined) return ({ socket }) => socket.remoteAddress ?? '';
  const isTrusted = proxyAddress.compile([...trustProxy]);
  return (request) => proxyAddress(request, isTrusted);
}
