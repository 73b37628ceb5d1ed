import type { LoginLimits } from '../../auth/login-limits.ts';
import type { Passwords } from '../../auth/passwords.ts';
import type { SessionRevocations } from '../../auth/session-revocations.ts';
import type { Sessions } from '../../auth/sessions.ts';
import { badUserInput, conflict, invalidToken, notFound } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { beginErasing, ERASED_NAME, eraseRows, listServicesBy } from '../../store/identity/erasure.ts';
import { ADMINISTRATORS, secretIdsOfServicesBy } from '../../store/identity/user-administration.ts';
import { findUser, type User } from '../../store/identity/users.ts';
import type { Store } from '../../store/store.ts';
import { rightsIdOf, type Viewer } from '../../viewer.ts';
import { type Audit, actorOf } from '../common/audit.ts';
import { authorizeAdmin, authorizePerson } from '../common/authorize.ts';
import { assertNotLastAdministrator } from './users.ts';

/**
 * The end of an account with everything that it owns, and of the service accounts that it made. Deployments upstream are
 * watched no longer, and not stopped. Only rows of the audit log stay, with another name.
 */
export interface Erasure {
  /**
   * Erases the caller's own account.
   * @throws GatewayError `BAD_USER_INPUT` for a wrong password, `CONFLICT` for the last administrator, `FORBIDDEN`,
   * `RATE_LIMITED`
   */
  eraseOwn(viewer: Viewer, input: { password: string }): Promise<void>;
  /** Erases a user, for administrators. @throws GatewayError `NOT_FOUND`, `CONFLICT`, `FORBIDDEN` */
  erase(viewer: Viewer, userId: string): Promise<void>;
}

export interface ErasureDeps {
  store: Store;
  passwords: Passwords;
  sessions: Pick<Sessions, 'revokeAllOf'>;
  revocations: SessionRevocations;
  limits: Pick<LoginLimits, 'takePasswordOf'>;
  audit: Audit;
  clock: Pick<Clock, 'now'>;
  /** Tells all processes that what this owner had is gone. */
  hintErased(ownerId: string): void;
}

export function createErasure(deps: ErasureDeps): Erasure {
  const { store, passwords, sessions, revocations, limits, audit, clock, hintErased } = deps;

  const eraseAccount = async (user: User): Promise<void> => {
    const { id: userId } = user;
    const ended = await secretIdsOfServicesBy(store.db, userId);
    const services = await store.transaction(ADMINISTRATORS, async (tx) => {
      await assertNotLastAdministrator(tx, user);
      const made = await listServicesBy(tx, userId);
      for (const id of [userId, ...made]) await beginErasing(tx, id, clock.now());
      return made;
    });
    await sessions.revokeAllOf(userId);
    for (const sessionId of [rightsIdOf(user), ...ended]) revocations.announce({ sessionId, userId });
    // From here on housekeeping would finish it, if this process died.
    for (const id of [...services, userId]) {
      await eraseRows(store, id);
      hintErased(id);
    }
  };

  return {
    async eraseOwn(viewer, { password }) {
      authorizePerson(viewer);
      const user = await findUser(store.db, viewer.userId);
      if (user === undefined || user.passwordHash === null) throw invalidToken();
      const address = viewer.address ?? '';
      await limits.takePasswordOf(viewer.sessionId, address);
      const { matches } = await passwords.verify(user.passwordHash, password, address);
      if (!matches) {
        await audit.record({ act: 'USER_ERASE', ...actorOf(viewer), outcome: 'BAD_USER_INPUT' });
        throw badUserInput({ path: 'password', message: 'is wrong' });
      }
      await eraseAccount(user);
      const actor = { id: user.id, name: ERASED_NAME };
      await audit.record({
        act: 'USER_ERASE',
        actor,
        address: viewer.address,
        subjects: { userId: user.id },
      });
    },

    async erase(viewer, userId) {
      authorizeAdmin(viewer);
      // An own account needs its password: a page that was left open must not erase it.
      if (userId === viewer.userId) throw conflict('Erase your own account with DELETE /v1/me');
      const user = await findUser(store.db, userId);
      if (user === undefined) throw notFound('User');
      await eraseAccount(user);
      await audit.record({ act: 'USER_ERASE', ...actorOf(viewer), subjects: { userId } });
    },
  };
}
