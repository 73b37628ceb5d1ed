import { rateLimited } from '../errors.ts';
import type { CreateFixedWindow } from '../lib/limit/fixed-window.ts';
import type { Rate } from '../lib/units.ts';
import { networkOf } from './network.ts';

/** An address may be shared by many people, so it may fail this many times as often as one account. */
const ADDRESS_FACTOR = 10;

/**
 * Slows guessing down without locking anybody out for good. Every method but `succeeded` throws GatewayError
 * `RATE_LIMITED`.
 */
export interface LoginLimits {
  /** Refuses early, before anything is spent on a try that would be refused anyway. */
  check(account: string, address: string): Promise<void>;
  /** Counts a try as failed until `succeeded` says otherwise. */
  takeTry(account: string, address: string): Promise<void>;
  /** Counts a registration against its address. */
  takeRegistration(address: string): Promise<void>;
  /** Frees the account's counter and gives the address its try back. */
  succeeded(account: string, address: string): Promise<void>;
}

/** Limits over windows of this process, or over such as replicas share. */
export function createLoginLimits({
  rate,
  windows,
}: {
  rate: Rate;
  windows: CreateFixedWindow;
}): LoginLimits {
  const accounts = windows('account', rate);
  const addresses = windows('address', { ...rate, count: rate.count * ADDRESS_FACTOR });

  const refuseIf = (...waitsMs: number[]): void => {
    const waitMs = Math.max(...waitsMs);
    if (waitMs > 0) throw rateLimited('Too many tries', waitMs / 1000);
  };
  const check = async (account: string, network: string): Promise<void> =>
    refuseIf(...(await Promise.all([accounts.waitMs(account), addresses.waitMs(network)])));

  return {
    check: (account, address) => check(account, networkOf(address)),
    async takeTry(account, address) {
      const network = networkOf(address);
      await check(account, network);
      // The address first: nobody who has used theirs up touches the account, not even for a moment.
      refuseIf(await addresses.take(network));
      const waitMs = await accounts.take(account);
      if (waitMs > 0) await addresses.refund(network);
      refuseIf(waitMs);
    },
    async takeRegistration(address) {
      refuseIf(await addresses.take(networkOf(address)));
    },
    async succeeded(account, address) {
      await Promise.all([accounts.clear(account), addresses.refund(networkOf(address))]);
    },
  };
}
