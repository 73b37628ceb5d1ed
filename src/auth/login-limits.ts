import { rateLimited } from '../errors.ts';
import type { CreateFixedWindow } from '../lib/limit/fixed-window.ts';
import { createLru } from '../lib/lru.ts';
import { networkOf } from '../lib/net/network.ts';
import type { Rate } from '../lib/units.ts';

/** People share addresses, so whole addresses and whole accounts may try this many times as often. */
const SHARED_FACTOR = 10;

/** Windows whose end is remembered, so that each is reported once. */
const REMEMBERED_WINDOWS = 10_000;

/** What a window counts: tries for one account from one network, of an address, for an account, or of a session. */
export type WindowKind = 'network' | 'address' | 'account' | 'session';

/** A window that has refused its first request. */
export interface ClosedWindow {
  kind: WindowKind;
  address: string;
  /** The e-mail, unless an address or a session has closed its own window. */
  account: string | undefined;
}

/**
 * Limits sign-ins in fixed windows, so that no account stays locked. All tries are counted before a password is hashed.
 * Every method but `succeeded` and `notTried` throws GatewayError `RATE_LIMITED`.
 *
 * One account has `rate` failed tries from one network. All tries, also successful ones, count ten times that: for an
 * account from one network, for an address, and for an account from everywhere. From a network that the account was used
 * from lately only the first two hold, so that strangers cannot lock its user out.
 */
export interface LoginLimits {
  /**
   * Counts a try as failed; `succeeded` and `notTried` take that back.
   * @param isKnownNetwork whether the account was used from this network lately; asked only when it matters
   */
  takeTry(account: string, address: string, isKnownNetwork: () => Promise<boolean>): Promise<void>;
  /** Resets the failed tries of the account from this network. */
  succeeded(account: string, address: string): Promise<void>;
  /** Takes back the failed try: the password was not looked at. */
  notTried(account: string, address: string): Promise<void>;
  /** Counts what needs no account against its address: a registration, a client's secret. */
  takeOf(address: string): Promise<void>;
  /** Counts a try to give the current password of a session that is signed in. */
  takePasswordOf(sessionId: string, address: string): Promise<void>;
  /** Counts a refresh of a session, or a use of one of its old tokens. */
  takeRefreshOf(sessionId: string, address: string): Promise<void>;
}

export interface LoginLimitsDeps {
  rate: Rate;
  /** Makes windows in memory, or windows shared by the replicas. */
  createWindow: CreateFixedWindow;
  /** Milliseconds of steady time. */
  steadyMs(): number;
  /** Called once for each window that refuses a request, by each process that sees it. */
  onClosed(window: ClosedWindow): Promise<void>;
}

export function createLoginLimits({ rate, createWindow, steadyMs, onClosed }: LoginLimitsDeps): LoginLimits {
  const shared = { ...rate, count: rate.count * SHARED_FACTOR };
  const failures = createWindow('network', rate);
  const tries = createWindow('network-tries', shared);
  const addresses = createWindow('address', shared);
  const accounts = createWindow('account', shared);
  const passwords = createWindow('session', rate);
  const refreshes = createWindow('refreshes', shared);
  const reportedUntilMs = createLru<string, number>(REMEMBERED_WINDOWS);

  /** Throws when a request has to wait; a window's first refusal is reported before. */
  const throwIfLimited = async (waitMs: number, key: string, closed: ClosedWindow): Promise<void> => {
    if (waitMs <= 0) return;
    const id = `${closed.kind} ${key}`;
    if (steadyMs() >= (reportedUntilMs.get(id) ?? 0)) {
      reportedUntilMs.set(id, steadyMs() + waitMs);
      await onClosed(closed);
    }
    throw rateLimited('Too many tries', waitMs / 1000);
  };

  return {
    async takeTry(account, address, isKnownNetwork) {
      const network = networkOf(address);
      const pair = `${network} ${account}`;
      const ofPair = { kind: 'network', address, account } as const;
      // The pair first: a client over its own limit must not use up the tries of the account.
      await throwIfLimited(await failures.waitMs(pair), pair, ofPair);
      await throwIfLimited(await tries.take(pair), pair, ofPair);
      const addressMs = await addresses.take(network);
      const accountMs = addressMs > 0 ? 0 : await accounts.take(account);
      if (addressMs + accountMs > 0 && !(await isKnownNetwork())) {
        await throwIfLimited(addressMs, network, { kind: 'address', address, account: undefined });
        await throwIfLimited(accountMs, account, { kind: 'account', address, account });
      }
      await throwIfLimited(await failures.take(pair), pair, ofPair);
    },
    succeeded: (account, address) => failures.clear(`${networkOf(address)} ${account}`),
    notTried: (account, address) => failures.refund(`${networkOf(address)} ${account}`),
    async takeOf(address) {
      const network = networkOf(address);
      const closed = { kind: 'address', address, account: undefined } as const;
      await throwIfLimited(await addresses.take(network), network, closed);
    },
    async takePasswordOf(sessionId, address) {
      const closed = { kind: 'session', address, account: undefined } as const;
      await throwIfLimited(await passwords.take(sessionId), sessionId, closed);
    },
    async takeRefreshOf(sessionId, address) {
      const closed = { kind: 'session', address, account: undefined } as const;
      await throwIfLimited(await refreshes.take(sessionId), sessionId, closed);
    },
  };
}
