import type { Sessions } from '../../auth/sessions.ts';
import type { AccessClaims, Tokens } from '../../auth/tokens.ts';
import { invalidToken } from '../../errors.ts';
import { findServiceOfSecret } from '../../store/identity/service-accounts.ts';
import { findUser } from '../../store/identity/users.ts';
import type { Store } from '../../store/store.ts';
import { OWN_SCOPES, type Viewer } from '../../viewer.ts';

/** Who an access token stands for, as long as its session or secret exists. @throws GatewayError `UNAUTHENTICATED` */
export type Authenticate = (accessToken: string) => Promise<Viewer>;

/** Checks a token and, on every use, that its session, or the secret it was issued for, still exists. */
export function createAuthenticate(deps: { store: Store; tokens: Tokens; sessions: Sessions }): Authenticate {
  const { store, tokens, sessions } = deps;

  const asPerson = async ({ userId, sessionId, expiresAtMs }: AccessClaims): Promise<Viewer> => {
    const session = await sessions.findLive(sessionId);
    if (session?.userId !== userId) throw invalidToken();
    const { email, roles } = session;
    const person = { userId, name: email, email, roles, scopes: OWN_SCOPES, actor: null };
    return { ...person, sessionId, expiresAtMs, address: null };
  };

  const asService = async (
    claims: AccessClaims,
    { id, scopes }: NonNullable<AccessClaims['service']>,
  ): Promise<Viewer> => {
    const { userId, sessionId, expiresAtMs } = claims;
    const service = await findServiceOfSecret(store.db, sessionId);
    if (service?.id !== id) throw invalidToken();
    const common = { scopes, sessionId, expiresAtMs, address: null };
    if (userId === id) return { userId, name: service.name, email: null, roles: [], actor: null, ...common };
    const user = await findUser(store.db, userId);
    if (user === undefined) throw invalidToken();
    return { userId, name: user.email, email: user.email, roles: user.roles, actor: service, ...common };
  };

  return async (accessToken) => {
    const claims = tokens.verify(accessToken);
    return claims.service === undefined ? asPerson(claims) : asService(claims, claims.service);
  };
}
