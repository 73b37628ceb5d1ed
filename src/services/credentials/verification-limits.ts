import { rateLimited } from '../../errors.ts';
import type { CreateFixedWindow } from '../../lib/limit/fixed-window.ts';
import type { Rate } from '../../lib/units.ts';
import type { CredentialRow } from '../../store/schema/index.ts';
import { accountKeyOf } from '../../upstream/policies/call.ts';

/** Accounts that one owner can try at the full rate in one window; with more, all of them together are limited. */
const ACCOUNTS_PER_OWNER = 10;

/**
 * Limits how often secrets are verified upstream: of one account for one owner, and of one owner in all. Otherwise secrets
 * could be guessed through the gateway.
 */
export interface VerificationLimits {
  /** Counts a verification before it is sent. @throws GatewayError `RATE_LIMITED` */
  count(ownerId: string, of: Pick<CredentialRow, 'provider' | 'account'>): Promise<void>;
}

export interface VerificationLimitsDeps {
  /** `VERIFICATION_RATE` */
  rate: Rate;
  createWindow: CreateFixedWindow;
}

export function createVerificationLimits({ rate, createWindow }: VerificationLimitsDeps): VerificationLimits {
  const ofAccount = createWindow('verifications of an account', rate);
  const ofOwner = createWindow('verifications', { ...rate, count: ACCOUNTS_PER_OWNER * rate.count });

  return {
    async count(ownerId, { provider, account }) {
      const key = `${ownerId} ${accountKeyOf(provider, account)}`;
      const waitMs = (await ofAccount.take(key)) || (await ofOwner.take(ownerId));
      if (waitMs > 0) throw rateLimited('Too many verifications of credentials', waitMs / 1_000);
    },
  };
}
