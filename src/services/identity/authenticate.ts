import type { Sessions } from '../../auth/sessions.ts';
import type { AccessClaims, Tokens } from '../../auth/tokens.ts';
import { invalidToken } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import { createShortMemory } from '../../lib/short-memory.ts';
import { findServiceOfSecret } from '../../store/identity/service-accounts.ts';
import { findUser, nameOf } from '../../store/identity/users.ts';
import type { Store } from '../../store/store.ts';
import {
  OWN_SCOPES,
  type Principal,
  parseRightsId,
  type Role,
  rightsIdOf,
  type Scope,
  type Viewer,
} from '../../viewer.ts';

/** Who an access token stands for, as long as its session or secret exists. @throws GatewayError `UNAUTHENTICATED` */
export type Authenticate = (accessToken: string) => Promise<Viewer>;

export interface AuthenticateDeps {
  store: Store;
  tokens: Tokens;
  sessions: Sessions;
  clock: Clock;
  /** Where there are trusted identity providers: which tokens are theirs, and whom those stand for. */
  outside?: { claimsToBe(accessToken: string): boolean; authenticate: Authenticate } | undefined;
}

/** Whom a session, or a secret of a service account, stands for. */
interface Bearer {
  userId: string;
  name: string;
  email: string | null;
  roles: Role[];
  /** The service account that acts for the user; null when the user, or the account itself, calls. */
  actor: Principal | null;
  /** Undefined for a service account itself. */
  rightsId?: string | undefined;
  /** When the session or the secret expires. */
  endsAtMs: number;
}

/**
 * How long a session or secret is remembered (docs/decisions/0037-what-a-read-remembers.md). It is forgotten at once when
 * this process ends it, or another one says so; this is how late at most an end is noticed that no message told of.
 */
const REMEMBER_MS = 4_000;
const MAX_SESSIONS = 10_000;

/** What a watch token allows, for its own deployment only (services/common/authorize.ts). */
const WATCH_SCOPES: readonly Scope[] = ['read'];

/** Checks a token, and that its session, or the secret it was issued for, still exists. */
export function createAuthenticate({
  store,
  tokens,
  sessions,
  clock,
  outside,
}: AuthenticateDeps): Authenticate {
  const asPerson = async ({ userId, sessionId }: AccessClaims): Promise<Bearer> => {
    // A user of an outside identity provider has no session; a watch token depends on the rights alone.
    if (parseRightsId(sessionId) !== undefined) return asOutsideUser(userId, sessionId);
    const session = await sessions.findLive(sessionId);
    if (session?.userId !== userId) throw invalidToken();
    const { email, roles, rightsRevision, expiresAtMs: endsAtMs } = session;
    const rightsId = rightsIdOf({ id: userId, rightsRevision });
    return { userId, name: email, email, roles, actor: null, rightsId, endsAtMs };
  };

  const asOutsideUser = async (userId: string, rightsId: string): Promise<Bearer> => {
    const user = await findUser(store.db, userId);
    if (user === undefined || user.isDisabled || rightsIdOf(user) !== rightsId) throw invalidToken();
    const { email, roles } = user;
    const endsAtMs = Number.POSITIVE_INFINITY;
    return { userId, name: nameOf(user), email, roles, actor: null, rightsId, endsAtMs };
  };

  const asService = async ({ userId, sessionId }: AccessClaims, serviceId: string): Promise<Bearer> => {
    const service = await findServiceOfSecret(store.db, sessionId, clock.now());
    if (service?.id !== serviceId) throw invalidToken();
    const endsAtMs = service.expiresAtMs ?? Number.POSITIVE_INFINITY;
    if (userId === serviceId) {
      return { userId, name: service.name, email: null, roles: [], actor: null, endsAtMs };
    }
    const user = await findUser(store.db, userId);
    if (user === undefined || user.isDisabled) throw invalidToken();
    const { email, roles } = user;
    const actor = { id: service.id, name: service.name };
    return { userId, name: nameOf(user), email, roles, actor, rightsId: rightsIdOf(user), endsAtMs };
  };

  const bearers = createShortMemory<Promise<Bearer>, AccessClaims>({
    load: (claims) => (claims.service ? asService(claims, claims.service.id) : asPerson(claims)),
    maxAgeMs: REMEMBER_MS,
    maxGroups: MAX_SESSIONS,
    clock,
  });
  sessions.onRevoked(({ sessionId }) => {
    const rights = parseRightsId(sessionId);
    // Few of these are announced: an administrator has changed a user.
    if (rights) bearers.forgetKeys((key) => key.endsWith(` ${rights.id}`));
    else bearers.forget(sessionId);
  });

  return async (accessToken) => {
    if (outside?.claimsToBe(accessToken)) return outside.authenticate(accessToken);
    const claims = tokens.verify(accessToken);
    const { userId, sessionId, service, expiresAtMs, watchedDeploymentId } = claims;
    const key = `${service?.id ?? ''} ${userId}`;
    const isOver = ({ endsAtMs }: Bearer): boolean => endsAtMs <= clock.now();
    // A session that was to expire may have been refreshed since it was read.
    if (isOver(await bearers.get(sessionId, key, claims))) bearers.forget(sessionId);
    const { endsAtMs: _endsAtMs, ...bearer } = await bearers.get(sessionId, key, claims);
    const scopes = watchedDeploymentId === null ? (service?.scopes ?? OWN_SCOPES) : WATCH_SCOPES;
    return { ...bearer, scopes, sessionId, expiresAtMs, watchedDeploymentId, address: null };
  };
}
