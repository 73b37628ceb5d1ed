import type { OutsideTokens } from '../../auth/outside-tokens.ts';
import type { Sessions } from '../../auth/sessions.ts';
import { invalidToken } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Random } from '../../lib/random.ts';
import { createShortMemory } from '../../lib/short-memory.ts';
import {
  findOutsideUser,
  insertUser,
  nameOf,
  type OutsideIdentity,
  type User,
} from '../../store/identity/users.ts';
import type { Store } from '../../store/store.ts';
import { parseRightsId, rightsIdOf, type Viewer } from '../../viewer.ts';
import type { Audit } from '../common/audit.ts';

export interface OutsideUsersDeps {
  store: Store;
  sessions: Pick<Sessions, 'onRevoked'>;
  outsideTokens: OutsideTokens;
  audit: Audit;
  clock: Clock;
  random: Random;
}

/** As long as a session is remembered (docs/decisions/0037-what-a-read-remembers.md). */
const REMEMBER_MS = 4_000;
const MAX_USERS = 10_000;

/**
 * The users of outside identity providers: issuer and subject are a user, who is made at first sight. No e-mail joins one to
 * another account, and roles come from administrators here alone.
 */
export function createOutsideUsers(deps: OutsideUsersDeps) {
  const { store, sessions, outsideTokens, audit, clock, random } = deps;

  const findOrMake = async (outside: OutsideIdentity): Promise<User | undefined> => {
    const known = await findOutsideUser(store.db, outside);
    if (known) return known;
    const user: User = {
      ...{ id: random.uuid(), email: null, passwordHash: null, roles: ['user'], outside },
      ...{ createdAtMs: clock.now(), isDisabled: false, rightsRevision: 0 },
    };
    // Another request of the same user may be faster.
    if (!(await insertUser(store.db, user))) return findOutsideUser(store.db, outside);
    await audit.record({ act: 'REGISTRATION', actor: { id: user.id, name: nameOf(user) } });
    return user;
  };

  const users = createShortMemory<Promise<User | undefined>, OutsideIdentity>({
    load: findOrMake,
    maxAgeMs: REMEMBER_MS,
    maxGroups: MAX_USERS,
    clock,
  });
  sessions.onRevoked(({ sessionId }) => {
    // Few of these are announced: an administrator has changed a user.
    if (parseRightsId(sessionId)) users.forgetKeys(() => true);
  });

  /** The user of an outside token. @throws GatewayError `UNAUTHENTICATED`, `UNAVAILABLE` */
  return async (accessToken: string): Promise<Viewer> => {
    const { issuer, subject, scopes, expiresAtMs } = await outsideTokens.verify(accessToken);
    const user = await users.get(JSON.stringify([issuer, subject]), '', { issuer, subject });
    if (user === undefined || user.isDisabled) throw invalidToken();
    const { id: userId, email, roles } = user;
    // Nothing here is a session: what is open ends with the token, or when the rights change.
    const rightsId = rightsIdOf(user);
    return {
      ...{ userId, name: nameOf(user), email, roles, scopes, actor: null },
      ...{ sessionId: rightsId, rightsId, expiresAtMs, watchedDeploymentId: null, address: null },
    };
  };
}
