import type { LoginLimits } from '../../auth/login-limits.ts';
import type { PasswordRules } from '../../auth/password-rules.ts';
import type { Passwords } from '../../auth/passwords.ts';
import { hashOf } from '../../auth/refresh-tokens.ts';
import type { SessionRevocations } from '../../auth/session-revocations.ts';
import { badUserInput, invalidResetToken } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { revokeSessionsOf } from '../../store/identity/sessions.ts';
import {
  findPasswordReset,
  setPasswordHash,
  takePasswordReset,
} from '../../store/identity/user-administration.ts';
import { findUser, nameOf } from '../../store/identity/users.ts';
import type { Store } from '../../store/store.ts';
import type { Audit } from '../common/audit.ts';

/** Setting a password with a token of an administrator, without signing in. */
export interface PasswordResets {
  /**
   * Sets the password and ends all sessions. The token serves once.
   * @param address of the client
   * @throws GatewayError `UNAUTHENTICATED` for a token that is unknown, used up or too old, `BAD_USER_INPUT` for a password
   * that is easy to guess: then the token still serves, `RATE_LIMITED`
   */
  redeem(input: { resetToken: string; newPassword: string }, address: string): Promise<void>;
}

export interface PasswordResetsDeps {
  store: Store;
  passwords: Passwords;
  passwordRules: PasswordRules;
  revocations: SessionRevocations;
  limits: LoginLimits;
  audit: Audit;
  clock: Pick<Clock, 'now'>;
}

export function createPasswordResets(deps: PasswordResetsDeps): PasswordResets {
  const { store, passwords, passwordRules, revocations, limits, audit, clock } = deps;
  return {
    async redeem({ resetToken, newPassword }, address) {
      await limits.takeOf(address);
      const hash = hashOf(resetToken);
      const userId = await findPasswordReset(store.db, hash, clock.now());
      const user = userId === undefined ? undefined : await findUser(store.db, userId);
      if (user === undefined) {
        await audit.record({ act: 'PASSWORD_RESET', actor: null, outcome: 'UNAUTHENTICATED', address });
        throw invalidResetToken();
      }
      const problem = await passwordRules.problemOf(newPassword, user.email ?? '');
      if (problem !== undefined) throw badUserInput({ path: 'newPassword', message: problem });
      const passwordHash = await passwords.hash(newPassword, address);
      // A sign-in that is under way starts its session under the same lock: it is ended here, or it sees the new password.
      const ended = await store.transaction(user.id, async (tx) => {
        if (!(await takePasswordReset(tx, hash))) throw invalidResetToken();
        await setPasswordHash(tx, user.id, passwordHash);
        return revokeSessionsOf(tx, user.id, clock.now());
      });
      for (const { id: sessionId } of ended) revocations.announce({ sessionId, userId: user.id });
      const actor = { id: user.id, name: nameOf(user) };
      await audit.record({ act: 'PASSWORD_RESET', actor, address });
    },
  };
}
