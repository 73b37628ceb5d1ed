import type { LoginLimits } from '../../auth/login-limits.ts';
import { matchSecret } from '../../auth/service-secrets.ts';
import type { Tokens } from '../../auth/tokens.ts';
import { GatewayError, type OAuthError } from '../../errors.ts';
import type { Clock } from '../../lib/clock.ts';
import {
  findServiceAccount,
  listSecrets,
  markSecretUsed,
  type ServiceAccount,
} from '../../store/identity/service-accounts.ts';
import { findUser } from '../../store/identity/users.ts';
import type { Store } from '../../store/store.ts';
import { type Principal, SCOPES, type Scope } from '../../viewer.ts';
import type { Audit } from '../common/audit.ts';

/** What a client asks the token endpoint for (RFC 6749, 4.4.2), once it has been read from wherever it stood. */
export interface TokenRequest {
  grantType: string;
  clientId: string;
  clientSecret: string;
  /** Space separated; narrows what the account was granted. */
  scope?: string | undefined;
  /** The user the token shall be of. */
  requestedSubject?: string | undefined;
}

/** RFC 6749, 5.1. */
export interface AccessTokenAnswer {
  access_token: string;
  token_type: 'Bearer';
  expires_in: number;
  scope: string;
}

/** Gives service accounts their access tokens. */
export interface ClientCredentials {
  /** @throws GatewayError with the code of RFC 6749, 5.2 in `details.error`; `RATE_LIMITED` */
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

  /** The account, and which of its secrets proved it. */
  const identify = async ({ clientId, clientSecret }: TokenRequest, address: string) => {
    // Apart from the e-mails of people, so that nobody can use up their tries from here.
    const limited = `client:${clientId}`;
    await limits.takeTry(limited, address);
    const account = await findServiceAccount(store.db, clientId);
    const secret = matchSecret(await listSecrets(store.db, clientId), clientSecret);
    if (account === undefined || secret === undefined) {
      const actor = account ? principalOf(account) : null;
      await audit.record({ act: 'SERVICE_ACCOUNT_USE', actor, address, outcome: 'UNAUTHENTICATED' });
      throw oauthError('invalid_client', 'UNAUTHENTICATED', 'The client is not known or its secret is wrong');
    }
    await limits.succeeded(limited, address);
    return { account, secret };
  };

  /** The user the token is to be of, if the account may ask for that. */
  const subjectOf = async (account: ServiceAccount, userId: string | undefined) => {
    if (userId === undefined) return undefined;
    if (!account.scopes.includes('act_as')) {
      throw oauthError('unauthorized_client', 'FORBIDDEN', 'The scope act_as is missing');
    }
    const user = await findUser(store.db, userId);
    if (user !== undefined) return { id: user.id, name: user.email };
    throw oauthError('invalid_request', 'BAD_USER_INPUT', 'requested_subject: is no user');
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
      const subject = await subjectOf(account, request.requestedSubject);
      const asked = narrow(account.scopes, request.scope);
      // Who speaks for one user cannot ask for another's token with it.
      const scopes = subject ? asked.filter((scope) => scope !== 'act_as') : asked;
      const { token, expiresInSeconds } = tokens.issue({
        userId: subject?.id ?? account.id,
        sessionId: secret.id,
        service: { id: account.id, scopes },
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

/** A failure with its OAuth code beside ours. */
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

/** The scopes asked for, all of those granted by default. @throws GatewayError `BAD_USER_INPUT`, `invalid_scope` */
function narrow(granted: readonly Scope[], asked: string | undefined): Scope[] {
  const names = asked?.split(' ').filter(Boolean) ?? granted;
  const refused = names.filter((name) => !granted.some((scope) => scope === name));
  if (refused.length > 0 || names.length === 0) {
    throw oauthError('invalid_scope', 'BAD_USER_INPUT', 'scope: must name scopes the account was granted');
  }
  return SCOPES.filter((scope) => names.includes(scope));
}
