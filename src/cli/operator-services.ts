import { argon2Hasher } from '../auth/hasher.ts';
import { createPasswordRules } from '../auth/password-rules.ts';
import { createPasswords } from '../auth/passwords.ts';
import { createSessionRevocations } from '../auth/session-revocations.ts';
import type { Runtime } from '../composition/runtime.ts';
import { createSortableIds } from '../lib/sortable-ids.ts';
import { createAudit } from '../services/common/audit.ts';
import { createServiceAccounts, type ServiceAccounts } from '../services/identity/service-accounts.ts';
import { createErasure, type Erasure } from '../services/users/erasure.ts';
import { createUsers, type Users } from '../services/users/users.ts';
import { listLiveSessions, revokeSessionsOf } from '../store/identity/sessions.ts';
import type { SessionRow } from '../store/schema/index.ts';
import type { Store } from '../store/store.ts';

/** What the command line does with users, beside a running gateway. */
export interface OperatorServices {
  users: Users;
  erasure: Erasure;
  serviceAccounts: ServiceAccounts;
  /** A user's live sessions, newest first. */
  listSessions(userId: string): Promise<SessionRow[]>;
}

/**
 * The services of users on a store, without tokens and keys. Nothing is announced: a running gateway notices what has
 * changed with its next sweep, within 5 s.
 */
export async function createOperatorServices(
  store: Store,
  { clock, random, logger }: Pick<Runtime, 'clock' | 'random' | 'logger'>,
): Promise<OperatorServices> {
  const parts = {
    store,
    passwords: await createPasswords({ hasher: argon2Hasher, random, clock }),
    passwordRules: createPasswordRules(),
    revocations: createSessionRevocations(),
    sessions: {
      async revokeAllOf(userId: string) {
        return (await revokeSessionsOf(store.db, userId, clock.now())).map(({ id }) => id);
      },
    },
    // An operator guesses no password.
    limits: { takePasswordOf: async () => undefined },
    audit: createAudit({ store, ids: createSortableIds({ clock, random }), clock, logger }),
    hintErased: () => undefined,
    ...{ clock, random },
  };
  return {
    users: createUsers(parts),
    erasure: createErasure(parts),
    serviceAccounts: createServiceAccounts(parts),
    listSessions: (userId) => listLiveSessions(store.db, userId, clock.now()),
  };
}
