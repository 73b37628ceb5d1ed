import { z } from 'zod';
import { expiredToken, InvalidTokenError, invalidToken } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { SigningKey } from '../lib/keys.ts';
import { createLru } from '../lib/lru.ts';
import type { Random } from '../lib/random.ts';
import { SCOPES, type Scope } from '../viewer.ts';
import { createJwtPlugin } from './jwt.ts';

/** The type of access tokens (RFC 9068, 2.1); tokens of other types are refused. */
const TYPE = 'at+jwt';
/** The type of watch tokens, which read one deployment and do nothing else. */
const WATCH_TYPE = 'wt+jwt';
/** Far above any token of ours; longer ones are refused before they are decoded. */
const MAX_TOKEN_LENGTH = 4_096;
/** Tokens whose signature was checked and that are remembered; a session is checked besides, whenever one is used. */
const MAX_VERIFIED = 5_000;
/** The maximum of `ACCESS_TOKEN_TTL` (docs/operate/configuration.md, Sign-in). */
const MAX_TTL_MS = 600_000;

/** Exactly the header that `issue` writes. Any other member (`crit`, `jwk`, `jku`, `x5u`, …) is refused. */
const headerSchema = z.strictObject({ alg: z.string(), typ: z.enum([TYPE, WATCH_TYPE]), kid: z.string() });
/** A decoded token; only its header matters before the signature is verified. */
const decodedSchema = z.object({ header: headerSchema });
const claimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string().min(1),
  sid: z.string().min(1),
  iat: z.int(),
  nbf: z.int().optional(),
  exp: z.int(),
  jti: z.string().min(1),
  client_id: z.string().min(1).optional(),
  scope: z.string().optional(),
  act: z.strictObject({ sub: z.string().min(1) }).optional(),
  deployment_id: z.string().min(1).optional(),
});
const scopesSchema = z.array(z.enum(SCOPES));

/** Whom a token stands for, and what it depends on. */
export interface TokenSubject {
  userId: string;
  /** The session, or secret of a service account, that the token was issued for; it is valid as long as that is. */
  sessionId: string;
  /** The service account that asked for the token; it acts for the user unless it is the user itself. */
  service?: { id: string; scopes: readonly Scope[] } | undefined;
}

/** The content of a valid access token, or of a valid watch token. */
export interface AccessClaims extends TokenSubject {
  expiresAtMs: number;
  /** Of a watch token: the only deployment that it may read. */
  watchedDeploymentId: string | null;
}

/** A JWK set (RFC 7517, section 5) of public keys. */
export interface JwkSet {
  keys: Record<string, string>[];
}

/** Issues and verifies access tokens. */
export interface Tokens {
  /** @param subject.endsAtMs the token expires then, if that is before its usual time */
  issue(subject: TokenSubject & { endsAtMs?: number | undefined }): {
    token: string;
    expiresInSeconds: number;
  };
  /** Issues a watch token, which is valid for so many seconds, and no longer than what `subject` depends on. */
  issueWatch(
    subject: TokenSubject,
    watch: { deploymentId: string; ttlSeconds: number },
  ): { token: string; expiresAtMs: number };
  /** @throws InvalidTokenError, the same one for every reason but the time */
  verify(token: string): AccessClaims;
  jwks(): JwkSet;
}

export interface TokensDeps {
  /** The first key signs, each of them verifies. */
  keys: readonly SigningKey[];
  issuer: string;
  audience: string;
  ttlMs: number;
  clock: Clock;
  random: Random;
}

/** Issues and verifies access tokens as JWTs (RFC 7519), following RFC 8725. */
export function createTokens(deps: TokensDeps): Tokens {
  const { keys, issuer, audience, clock, random } = deps;
  const ttlSeconds = Math.floor(Math.min(deps.ttlMs, MAX_TTL_MS) / 1000);
  const requiredClaims = ['iss', 'aud', 'sub', 'sid', 'iat', 'exp', 'jti'];
  const rules = { issuer, audience };
  const plugin = createJwtPlugin(keys, { ...rules, type: TYPE, requiredClaims });
  const watchClaims = [...requiredClaims, 'deployment_id'];
  const watchPlugin = createJwtPlugin(keys, { ...rules, type: WATCH_TYPE, requiredClaims: watchClaims });

  const verified = createLru<string, AccessClaims>(MAX_VERIFIED);

  const readClaims = (token: string): AccessClaims => {
    if (token.length > MAX_TOKEN_LENGTH) throw new Error('The token is too long');
    const { header } = decodedSchema.parse(plugin.primary.decode(token));
    const isWatch = header.typ === WATCH_TYPE;
    const jwt = (isWatch ? watchPlugin : plugin).find(header.kid);
    if (!jwt) throw new Error('The token names an unknown key');
    const claims = claimsSchema.parse(jwt.verify(token));
    const nowSeconds = clock.now() / 1000;
    if ((claims.nbf ?? 0) > nowSeconds) throw new Error('The token is not valid yet');
    if (claims.exp <= claims.iat) throw new Error('The token was never valid');
    return {
      userId: claims.sub,
      sessionId: claims.sid,
      service: serviceIn(claims),
      expiresAtMs: claims.exp * 1000,
      watchedDeploymentId: isWatch ? (claims.deployment_id ?? '') : null,
    };
  };

  const verify = (token: string): AccessClaims => {
    const known = verified.get(token);
    const claims = known ?? readClaims(token);
    // Last, so that only a token that was valid once is said to have expired.
    if (claims.expiresAtMs <= clock.now()) throw expiredToken();
    if (!known) verified.set(token, claims);
    return claims;
  };

  const claimsFor = ({ userId, sessionId, service }: TokenSubject, seconds: number) => {
    const iat = Math.floor(clock.now() / 1000);
    return {
      iss: issuer,
      aud: audience,
      sub: userId,
      sid: sessionId,
      iat,
      jti: random.uuid(),
      ...(service && { client_id: service.id, scope: service.scopes.join(' ') }),
      ...(service && service.id !== userId && { act: { sub: service.id } }),
      exp: iat + seconds,
    };
  };

  return {
    issue({ endsAtMs = Number.POSITIVE_INFINITY, ...subject }) {
      // A token is never issued that has expired already: what it was issued for has not ended yet.
      const leftSeconds = Math.floor((endsAtMs - clock.now()) / 1000);
      const expiresInSeconds = Math.max(1, Math.min(ttlSeconds, leftSeconds));
      return { token: plugin.primary.sign(claimsFor(subject, expiresInSeconds)), expiresInSeconds };
    },

    issueWatch(subject, { deploymentId, ttlSeconds: seconds }) {
      const claims = claimsFor(subject, seconds);
      const token = watchPlugin.primary.sign({ ...claims, deployment_id: deploymentId });
      return { token, expiresAtMs: claims.exp * 1000 };
    },

    verify(token) {
      try {
        return verify(token);
      } catch (error) {
        throw error instanceof InvalidTokenError ? error : invalidToken(error);
      }
    },

    jwks: () => ({ keys: keys.map(toJwk) }),
  };
}

/** The claims of RFC 9068 and RFC 8693 about the service; they must be present together or not at all. */
function serviceIn({ sub, client_id: id, scope, act }: z.infer<typeof claimsSchema>) {
  if (id === undefined && scope === undefined && act === undefined) return undefined;
  const actor = id === sub ? undefined : id;
  if (id === undefined || scope === undefined || act?.sub !== actor)
    throw new Error('The token contradicts itself');
  return { id, scopes: scopesSchema.parse(scope.split(' ').filter(Boolean)) };
}

function toJwk({ kid, algorithm, publicKey }: SigningKey): Record<string, string> {
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const members = { kty, crv, x, y, kid, alg: algorithm, use: 'sig' };
  return JSON.parse(JSON.stringify(members));
}
