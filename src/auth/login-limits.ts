import { rateLimited } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Rate } from '../lib/units.ts';
import { networkOf } from './network.ts';
import { createWindows } from './windows.ts';

/** An address may be shared by many people, so it may fail this many times as often as one account. */
const ADDRESS_FACTOR = 10;

/**
 * Slows guessing down without locking anybody out for good. Asynchronous, so that replicas can share one.
 * Every method but `succeeded` throws GatewayError `RATE_LIMITED`.
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

/** Limits in the memory of one process. */
export const createLoginLimits = ({ rate, clock }: { rate: Rate; clock: Clock }): LoginLimits => {
  const accounts = createWindows(rate, clock);
  const addresses = createWindows({ ...rate, count: rate.count * ADDRESS_FACTOR }, clock);

  const refuseIf = (waitMs: number): void => {
    if (waitMs > 0) throw rateLimited('Too many tries', waitMs / 1000);
  };
  const check = (account: string, network: string): void =>
    refuseIf(Math.max(accounts.waitMs(account), addresses.waitMs(network)));

  return {
    async check(account, address) {
      check(account, networkOf(address));
    },
    async takeTry(account, address) {
      const network = networkOf(address);
      check(account, network);
      accounts.take(account);
      addresses.take(network);
    },
    async takeRegistration(address) {
      const network = networkOf(address);
      refuseIf(addresses.waitMs(network));
      addresses.take(network);
    },
    async succeeded(account, address) {
      accounts.clear(account);
      addresses.giveBack(networkOf(address));
    },
  };
};
