import { Resolver } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { Agent, buildConnector, request } from 'undici';
import type { DeliveryOutcome } from '../../domain/webhook.ts';
import type { Message } from '../../events/webhook-messages.ts';
import type { Clock } from '../../lib/clock.ts';
import { isLoopbackName, isSpecialAddress } from '../../lib/net/special-addresses.ts';

/** What came of one try. Nothing else of an answer is kept. */
export interface Tried {
  /** In ms since the epoch. */
  attemptedAt: number;
  /** The HTTP status; null without an answer. */
  status: number | null;
  durationMs: number;
  outcome: DeliveryOutcome;
}

/** Connections to the receiver of one webhook. */
export interface WebhookConnection {
  /** Tries once. It never throws. */
  send(message: Message, secrets: readonly string[]): Promise<Tried>;
  close(): Promise<void>;
}

/** An address that DNS has given. */
export interface ResolvedAddress {
  address: string;
  family: 4 | 6;
}

/** Looks a name up. @throws Error when it has no address */
export type Resolve = (hostname: string) => Promise<ResolvedAddress[]>;

export interface SenderDeps {
  clock: Clock;
  /** `WEBHOOK_ALLOW_PRIVATE` */
  allowsPrivate: boolean;
  resolve: Resolve;
  /** For the `User-Agent`. */
  version: string;
}

/** One try, with connection, request and answer. */
const TIMEOUT_MS = 10_000;

/** An answer is read so far, and not kept. */
const MAX_ANSWER_BYTES = 65_536;

/** The time of one DNS server, and how often each is asked. */
const DNS_TIMEOUT = { timeout: 2_000, tries: 2 };

/**
 * Looks names up over the network. It uses no thread: a slow name server cannot hold up files and password hashes, which
 * share the threads that `dns.lookup` would use.
 */
export function createResolve(): Resolve {
  const resolver = new Resolver(DNS_TIMEOUT);
  return async (hostname) => {
    const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    const found: ResolvedAddress[] = [
      ...(four.status === 'fulfilled' ? four.value : []).map((address) => ({ address, family: 4 as const })),
      ...(six.status === 'fulfilled' ? six.value : []).map((address) => ({ address, family: 6 as const })),
    ];
    if (found.length === 0) throw four.status === 'rejected' ? four.reason : new Error('no address');
    return found;
  };
}

/** Thrown instead of a connection to an address that webhooks must not reach. */
class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

/**
 * Opens connections for one webhook. The addresses of each new connection are checked, and it goes to a checked address: a
 * name is looked up once for it. Redirects are not followed.
 */
export function createSender(deps: SenderDeps): (url: string) => WebhookConnection {
  const { clock, version } = deps;
  return (url) => {
    const dispatcher = new Agent({
      connect: deps.allowsPrivate ? { timeout: TIMEOUT_MS } : guardedConnector(deps.resolve),
      pipelining: 1,
      connections: 1,
      maxHeaderSize: 16_384,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    });
    return {
      async send(message, secrets) {
        const attemptedAt = clock.now();
        const startMs = clock.steadyMs();
        const end = new AbortController();
        const timer = clock.after(TIMEOUT_MS, () => end.abort());
        let status: number | null = null;
        let failure: DeliveryOutcome | undefined;
        try {
          const answer = await request(url, {
            dispatcher,
            method: 'POST',
            headers: {
              ...signedHeaders(message, secrets, attemptedAt),
              'content-type': 'application/json',
              'user-agent': `quantgate/${version}`,
            },
            body: message.body,
            signal: end.signal,
          });
          status = answer.statusCode;
          await discard(answer.body);
        } catch (error) {
          // A status that has arrived counts, also when the rest of the answer does not come.
          if (status === null) failure = toFailure(error, end.signal.aborted);
        } finally {
          timer.cancel();
        }
        const durationMs = Math.round(clock.steadyMs() - startMs);
        return { attemptedAt, status, durationMs, outcome: failure ?? toOutcome(status ?? 0) };
      },
      close: () => dispatcher.destroy(),
    };
  };
}

/** Each try is signed afresh, with every secret: https://www.standardwebhooks.com */
function signedHeaders({ id, body }: Message, secrets: readonly string[], nowMs: number) {
  const at = new Date(nowMs);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(nowMs / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}

function toOutcome(status: number): DeliveryOutcome {
  if (status >= 200 && status <= 299) return 'DELIVERED';
  return status === 410 ? 'GONE' : 'REFUSED';
}

function toFailure(error: unknown, isLate: boolean): DeliveryOutcome {
  if (isLate) return 'TIMEOUT';
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof AddressRefused) return 'ADDRESS_REFUSED';
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && /TIMEOUT$/.test(code)) return 'TIMEOUT';
  }
  return 'UNREACHABLE';
}

/** Reads an answer up to the limit, so that its connection can be used again; the rest ends the connection. */
async function discard(body: AsyncIterable<Uint8Array> & { destroy(): unknown }): Promise<void> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) {
      body.destroy();
      return;
    }
  }
}

/** Checks addresses right before a connection is made: literals here, because no lookup is made for them, and names below. */
function guardedConnector(resolve: Resolve): buildConnector.connector {
  const connect = buildConnector({ timeout: TIMEOUT_MS, lookup: guardedLookup(resolve) });
  return (options, callback) => {
    const host = options.hostname.replace(/^\[(.*)\]$/, '$1');
    if (isLoopbackName(host) || (isIP(host) !== 0 && isSpecialAddress(host)))
      callback(new AddressRefused('the address is special'), null);
    else connect(options, callback);
  };
}

/** A lookup that refuses a name if one of its addresses must not be reached. */
function guardedLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined || addresses.some(({ address }) => isSpecialAddress(address)))
          callback(new AddressRefused('an address is special'), '', 0);
        else if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
}
