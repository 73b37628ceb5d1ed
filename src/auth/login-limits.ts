import { rateLimited } from '../errors.ts';
import type { CreateFixedWindow } from '../lib/limit/fixed-window.ts';
import type { Rate } from '../lib/units.ts';
import { networkOf } from './network.ts';

/** People share addresses, so an address may fail this many times as often as one account. */
const ADDRESS_FACTOR = 10;

/**
 * Limits failed sign-ins per account and per network, in fixed windows, so that no account stays locked. Every method
 * but `succeeded` throws GatewayError `RATE_LIMITED`.
 */
export interface LoginLimits {
  /** Throws when `takeTry` would; counts nothing. Called before a password is hashed. */
  check(account: string, address: string): Promise<void>;
  /** Counts a try as failed; `succeeded` takes that back. */
  takeTry(account: string, address: string): Promise<void>;
  /** Counts a registration against its address. */
  takeRegistration(address: string): Promise<void>;
  /** Clears the account's counter and takes one try back from the network's. */
  succeeded(account: string, address: string): Promise<void>;
}

/** @param createWindow makes windows in memory, or windows shared by the replicas */
export function createLoginLimits({
  rate,
  createWindow,
}: {
  rate: Rate;
  createWindow: CreateFixedWindow;
}): LoginLimits {
  const accounts = createWindow('account', rate);
  const networks = createWindow('address', { ...rate, count: rate.count * ADDRESS_FACTOR });

  const throwIfLimited = (...waitsMs: number[]): void => {
    const waitMs = Math.max(...waitsMs);
    if (waitMs > 0) throw rateLimited('Too many tries', waitMs / 1000);
  };
  const check = async (account: string, network: string): Promise<void> =>
    throwIfLimited(...(await Promise.all([accounts.waitMs(account), networks.waitMs(network)])));

  return {
    check: (account, address) => check(account, networkOf(address)),
    async takeTry(account, address) {
      const network = networkOf(address);
      await check(account, network);
      // The network first: a client over its own limit must not use up the tries of the account.
      throwIfLimited(await networks.take(network));
      const waitMs = await accounts.take(account);
      if (waitMs > 0) await networks.refund(network);
      throwIfLimited(waitMs);
    },
    async takeRegistration(address) {
      throwIfLimited(await networks.take(networkOf(address)));
    },
    async succeeded(account, address) {
      await Promise.all([accounts.clear(account), networks.refund(networkOf(address))]);
    },
  };
}
