import { isIP } from 'node:net';

/** Names of the machine itself, as URLs write them. A browser may use any of them for a server that listens there. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** An origin as browsers write it (RFC 6454, section 6.2), in any case, also with the scheme's default port. */
const ORIGIN = /^https?:\/\/(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i;

/**
 * The URL of a server that listens on `host` and `port`. An address that stands for all addresses of the machine is none
 * that a client can call, so `localhost` takes its place.
 */
export function urlOfServer(host: string, port: number): string {
  return `http://${toUrlHost(host)}:${port}`;
}

/** A host as it is written in a URL: an IPv6 address in brackets (RFC 3986, section 3.2.2), without its zone. */
function toUrlHost(host: string): string {
  const address = host.split('%', 1)[0] ?? host;
  if (isUnspecified(address)) return 'localhost';
  return isIP(address) === 6 ? `[${address}]` : host;
}

function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || (isIP(address) === 6 && /^[0:]+$/.test(address));
}

/** True for a URL without credentials, query and fragment, over HTTP or HTTPS. */
export function isPublicUrl(text: string): boolean {
  if (!/^https?:\/\/[^/?#]/i.test(text) || /[?#\s]/.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

/** A URL in its one spelling, without a slash at the end. */
export function normalizeUrl(url: string): string {
  const { href } = new URL(url);
  let end = href.length;
  while (href[end - 1] === '/') end -= 1;
  return href.slice(0, end);
}

/** True when only programs on the same machine can call this URL. */
function isLoopbackUrl(url: string): boolean {
  const { hostname } = new URL(url);
  return LOOPBACK_NAMES.includes(hostname) || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** True for a URL over HTTPS, and for one over HTTP that does not leave the machine. */
export function isSecureOrLoopback(url: string): boolean {
  if (!isPublicUrl(url)) return false;
  return new URL(url).protocol === 'https:' || isLoopbackUrl(url);
}

/** The URL with the port that the server got, where it says port 0: any free one. */
export function withPort(publicUrl: string, listeningPort: number | undefined): string {
  const url = new URL(publicUrl);
  if (url.port === '0' && listeningPort !== undefined) url.port = String(listeningPort);
  return normalizeUrl(url.href);
}

/** The origins of a server at this URL. One on the loopback has an origin for each name of the loopback. */
export function ownOriginsOf(publicUrl: string): string[] {
  const { protocol, origin, port } = new URL(publicUrl);
  if (!isLoopbackUrl(publicUrl)) return [origin];
  const names = LOOPBACK_NAMES.map((name) => `${protocol}//${name}${port === '' ? '' : `:${port}`}`);
  return [...new Set([origin, ...names])];
}

/** The one spelling of an origin; undefined for a text that is none, like `null`. */
export function normalizeOrigin(origin: string): string | undefined {
  return ORIGIN.test(origin) && URL.canParse(origin) ? new URL(origin).origin : undefined;
}

/** What an operator should know about `PUBLIC_URL` in production; undefined when it is as it should be. */
export function warningAboutPublicUrl(publicUrl: string): string | undefined {
  if (isLoopbackUrl(publicUrl)) {
    return `PUBLIC_URL is ${publicUrl}: pages from elsewhere cannot open sockets or use session cookies`;
  }
  if (publicUrl.startsWith('https:')) return undefined;
  return `PUBLIC_URL is ${publicUrl}: browsers use session cookies over https: only. If a proxy ends TLS, name its https: URL`;
}
