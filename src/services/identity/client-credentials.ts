import type { LoginLimits } from '../../auth/login-limits.ts';
import { matchSecret } from '../../auth/service-secrets.ts';
import type { Tokens } from '../../auth/tokens.ts';
import { GatewayError, type OAuthError } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import {
  findServiceAccount,
  listLiveSecretsOf,
  markSecretUsed,
  type ServiceAccount,
} from '../../store/identity/service-accounts.ts';
import { findUser, findUserByEmail, nameOf } from '../../store/identity/users.ts';
import type { Store } from '../../store/store.ts';
import { type Principal, SCOPES, type Scope } from '../../viewer.ts';
import type { Audit } from '../common/audit.ts';
import { normalizeEmail } from './accounts.ts';

/** A request to the token endpoint (RFC 6749, section 4.4.2), with the client's id and secret. */
export interface TokenRequest {
  grantType: string;
  clientId: string;
  clientSecret: string;
  /** Space separated; a part of the account's scopes. @default all of them */
  scope?: string | undefined;
  /** The id or the e-mail of the user for whom the service wants to act. */
  requestedSubject?: string | undefined;
}

/** The answer of the token endpoint (RFC 6749, section 5.1). */
export interface AccessTokenAnswer {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  scope: string;
}

/** Issues access tokens to service accounts. */
export interface ClientCredentials {
  /** @throws GatewayError with the code of RFC 6749, section 5.2, in `details.error`; `RATE_LIMITED` */
  grant(request: TokenRequest, address: string): Promise<AccessTokenAnswer>;
}

export interface ClientCredentialsDeps {
  store: Store;
  tokens: Tokens;
  limits: LoginLimits;
  audit: Audit;
  clock: Pick<Clock, 'now'>;
}

export function createClientCredentials(deps: ClientCredentialsDeps): ClientCredentials {
  const { store, tokens, limits, audit, clock } = deps;

  /** The account, and the secret that it used. */
  const identify = async ({ clientId, clientSecret }: TokenRequest, address: string) => {
    // A secret cannot be guessed. With a limit of the client, a stranger who knows its id could lock it out.
    await limits.takeOf(address);
    const account = await findServiceAccount(store.db, clientId);
    const secret = matchSecret(await listLiveSecretsOf(store.db, clientId, clock.now()), clientSecret);
    if (account === undefined || secret === undefined) {
      const actor = account ? principalOf(account) : null;
      await audit.record({ act: 'SERVICE_ACCOUNT_USE', actor, address, outcome: 'UNAUTHENTICATED' });
      throw oauthError('invalid_client', 'UNAUTHENTICATED', 'The client is not known or its secret is wrong');
    }
    return { account, secret };
  };

  /** The user for whom the token is requested, if the account may act for users. */
  const requestedUser = async (account: ServiceAccount, requested: string | undefined) => {
    if (requested === undefined) return undefined;
    if (!account.scopes.includes('act_as')) {
      throw oauthError('unauthorized_client', 'FORBIDDEN', 'The scope act_as is missing');
    }
    const user = requested.includes('@')
      ? await findUserByEmail(store.db, normalizeEmail(requested))
      : await findUser(store.db, requested);
    if (user === undefined)
      throw oauthError('invalid_request', 'BAD_USER_INPUT', 'requested_subject: is no user');
    if (user.isDisabled)
      throw oauthError('invalid_request', 'BAD_USER_INPUT', 'requested_subject: is disabled');
    return { id: user.id, name: nameOf(user) };
  };

  return {
    async grant(request, address) {
      const { account, secret } = await identify(request, address);
      if (request.grantType !== 'client_credentials') {
        throw oauthError(
          'unsupported_grant_type',
          'BAD_USER_INPUT',
          'grant_type: must be client_credentials',
        );
      }
      const subject = await requestedUser(account, request.requestedSubject);
      const requested = narrowScopes(account.scopes, request.scope);
      // A token for one user must not serve to get a token for another.
      const scopes = subject ? requested.filter((scope) => scope !== 'act_as') : requested;
      if (scopes.every((scope) => scope === 'act_as')) {
        throw oauthError(
          'invalid_scope',
          'BAD_USER_INPUT',
          subject ? 'scope: none is left beside act_as' : 'scope: act_as needs requested_subject',
        );
      }
      const { token, expiresInSeconds } = tokens.issue({
        userId: subject?.id ?? account.id,
        sessionId: secret.id,
        service: { id: account.id, scopes },
        endsAtMs: secret.expiresAtMs ?? undefined,
      });
      await markSecretUsed(store.db, secret.id, clock.now());
      await audit.record({
        act: 'SERVICE_ACCOUNT_USE',
        actor: principalOf(account),
        onBehalfOf: subject ?? null,
        subjects: { secretId: secret.id },
        address,
      });
      return {
        access_token: token,
        token_type: 'Bearer',
        expires_in: expiresInSeconds,
        scope: scopes.join(' '),
      };
    },
  };
}

/** An error with a code of our catalogue and one of OAuth. */
function oauthError(
  error: OAuthError,
  code: ConstructorParameters<typeof GatewayError>[0],
  message: string,
): GatewayError {
  return new GatewayError(code, message, { error });
}

function principalOf({ id, name }: ServiceAccount): Principal {
  return { id, name };
}

/** The requested scopes; without a request, all granted ones. @throws GatewayError `BAD_USER_INPUT`, `invalid_scope` */
function narrowScopes(granted: readonly Scope[], requested: string | undefined): Scope[] {
  const names = requested?.split(' ').filter(Boolean) ?? granted;
  const refused = names.filter((name) => !granted.some((scope) => scope === name));
  if (refused.length > 0 || names.length === 0) {
    throw oauthError('invalid_scope', 'BAD_USER_INPUT', 'scope: must name scopes the account was granted');
  }
  return SCOPES.filter((scope) => names.includes(scope));
}
