import type { Sessions } from '../../auth/sessions.ts';
import type { AccessClaims, Tokens } from '../../auth/tokens.ts';
import { invalidToken } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { createShortMemory } from '../../lib/short-memory.ts';
import { findServiceOfSecret } from '../../store/identity/service-accounts.ts';
import { findUser } from '../../store/identity/users.ts';
import type { Store } from '../../store/store.ts';
import { OWN_SCOPES, type Principal, type Role, type Viewer } from '../../viewer.ts';

/** Who an access token stands for, as long as its session or secret exists. @throws GatewayError `UNAUTHENTICATED` */
export type Authenticate = (accessToken: string) => Promise<Viewer>;

export interface AuthenticateDeps {
  store: Store;
  tokens: Tokens;
  sessions: Sessions;
  clock: Clock;
}

/** Whom a session, or a secret of a service account, stands for. */
interface Bearer {
  userId: string;
  name: string;
  email: string | null;
  roles: Role[];
  /** The service account that acts for the user; null when the user, or the account itself, calls. */
  actor: Principal | null;
  /** When the session expires; secrets of service accounts do not. */
  endsAtMs: number;
}

/**
 * How long a session or secret is remembered (docs/decisions/0037-what-a-read-remembers.md). It is forgotten at once when
 * this process ends it, or another one says so; this is how late at most an end is noticed that no message told of.
 */
const REMEMBER_MS = 4_000;
const MAX_SESSIONS = 10_000;

/** Checks a token, and that its session, or the secret it was issued for, still exists. */
export function createAuthenticate({ store, tokens, sessions, clock }: AuthenticateDeps): Authenticate {
  const asPerson = async ({ userId, sessionId }: AccessClaims): Promise<Bearer> => {
    const session = await sessions.findLive(sessionId);
    if (session?.userId !== userId) throw invalidToken();
    const { email, roles, expiresAtMs: endsAtMs } = session;
    return { userId, name: email, email, roles, actor: null, endsAtMs };
  };

  const asService = async ({ userId, sessionId }: AccessClaims, serviceId: string): Promise<Bearer> => {
    const service = await findServiceOfSecret(store.db, sessionId);
    if (service?.id !== serviceId) throw invalidToken();
    const endsAtMs = Number.POSITIVE_INFINITY;
    if (userId === serviceId) {
      return { userId, name: service.name, email: null, roles: [], actor: null, endsAtMs };
    }
    const user = await findUser(store.db, userId);
    if (user === undefined) throw invalidToken();
    const { email, roles } = user;
    return { userId, name: email, email, roles, actor: service, endsAtMs };
  };

  const bearers = createShortMemory<Promise<Bearer>, AccessClaims>({
    load: (claims) => (claims.service ? asService(claims, claims.service.id) : asPerson(claims)),
    maxAgeMs: REMEMBER_MS,
    maxGroups: MAX_SESSIONS,
    clock,
  });
  sessions.onRevoked(({ sessionId }) => bearers.forget(sessionId));

  return async (accessToken) => {
    const claims = tokens.verify(accessToken);
    const { userId, sessionId, service, expiresAtMs } = claims;
    const key = `${service?.id ?? ''} ${userId}`;
    const isOver = ({ endsAtMs }: Bearer): boolean => endsAtMs <= clock.now();
    // A session that was to expire may have been refreshed since it was read.
    if (isOver(await bearers.get(sessionId, key, claims))) bearers.forget(sessionId);
    const { endsAtMs: _endsAtMs, ...bearer } = await bearers.get(sessionId, key, claims);
    return { ...bearer, scopes: service?.scopes ?? OWN_SCOPES, sessionId, expiresAtMs, address: null };
  };
}
