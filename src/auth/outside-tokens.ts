import { createRemoteJWKSet, customFetch, decodeJwt, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { expiredToken, GatewayError, invalidToken } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { createLru } from '../lib/lru.ts';
import { isSecureOrLoopback } from '../lib/net/public-url.ts';
import { OWN_SCOPES, type Scope } from '../viewer.ts';

/** Whom a token of an outside identity provider stands for. */
export interface OutsideClaims {
  issuer: string;
  subject: string;
  /** At most those of a signed-in person. */
  scopes: readonly Scope[];
  expiresAtMs: number;
}

/** Checks access tokens of the identity providers in `TRUSTED_ISSUERS` (docs/guide/people.md, Identity providers). */
export interface OutsideTokens {
  /** True for what says that one of the providers has issued it. Nothing is checked yet. */
  claimsToBe(token: string): boolean;
  /** @throws InvalidTokenError, or GatewayError `UNAVAILABLE` while the keys of the provider cannot be read */
  verify(token: string): Promise<OutsideClaims>;
}

export interface OutsideTokensDeps {
  issuers: readonly string[];
  audience: string;
  clock: Pick<Clock, 'now' | 'steadyMs'>;
}

/** Signatures only (RFC 8725, 3.1 and 3.2): no `none`, and no algorithm with a shared secret. */
const ALGORITHMS = [
  ...['EdDSA', 'Ed25519', 'ES256', 'ES384', 'ES512'],
  ...['PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'],
];
/** Access tokens by RFC 9068, and what most providers write instead. Other types (`logout+jwt`, …) are refused. */
const TYPES = ['at+jwt', 'jwt'];
const MAX_TOKEN_LENGTH = 8_192;
const MAX_VERIFIED = 5_000;
const MAX_SUBJECT_LENGTH = 255;
/** The clocks of the provider and of this machine may differ by so much. */
const TOLERANCE_SECONDS = 5;
/** An unknown key has the keys read again, but not more often than this; one that failed is tried again after it. */
const COOLDOWN_MS = 10_000;
const KEYS_MAX_AGE_MS = 600_000;
const FETCH_TIMEOUT_MS = 5_000;

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });
const claimsSchema = z.object({
  sub: z.string().min(1).max(MAX_SUBJECT_LENGTH),
  exp: z.number(),
  scope: z.string().optional(),
  // Only ID tokens have these; they say who signed in to a client, and give no access.
  nonce: z.undefined().optional(),
  at_hash: z.undefined().optional(),
});

type Keys = ReturnType<typeof createRemoteJWKSet>;

export function createOutsideTokens({ issuers, audience, clock }: OutsideTokensDeps): OutsideTokens {
  const providers = new Map<string, { keys: Promise<Keys>; failedAtMs?: number }>();
  const verified = createLru<string, OutsideClaims>(MAX_VERIFIED);

  const keysOf = (issuer: string): Promise<Keys> => {
    const known = providers.get(issuer);
    const isTriedAgain =
      known?.failedAtMs !== undefined && clock.steadyMs() - known.failedAtMs >= COOLDOWN_MS;
    if (known && !isTriedAgain) return known.keys;
    const provider: { keys: Promise<Keys>; failedAtMs?: number } = { keys: discover(issuer) };
    provider.keys.catch(() => {
      provider.failedAtMs = clock.steadyMs();
    });
    providers.set(issuer, provider);
    return provider.keys;
  };

  const issuerOf = (token: string): string | undefined => {
    if (token.length > MAX_TOKEN_LENGTH) return undefined;
    try {
      return decodeJwt(token).iss;
    } catch {
      return undefined;
    }
  };

  const check = async (token: string): Promise<OutsideClaims> => {
    const issuer = issuerOf(token);
    if (issuer === undefined || !issuers.includes(issuer)) throw invalidToken();
    const keys = await keysOf(issuer);
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      clockTolerance: TOLERANCE_SECONDS,
      currentDate: new Date(clock.now()),
      requiredClaims: ['sub', 'exp'],
    });
    const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '');
    if (type === undefined || !TYPES.includes(type)) throw invalidToken();
    const { sub: subject, exp, scope } = claimsSchema.parse(payload);
    const named = scope?.split(' ');
    const scopes = OWN_SCOPES.filter((one) => named?.includes(one) ?? true);
    return { issuer, subject, scopes, expiresAtMs: exp * 1000 };
  };

  return {
    claimsToBe: (token) => issuers.includes(issuerOf(token) ?? ''),
    async verify(token) {
      try {
        const claims = verified.get(token) ?? (await check(token));
        if (claims.expiresAtMs + TOLERANCE_SECONDS * 1000 <= clock.now()) throw expiredToken();
        verified.set(token, claims);
        return claims;
      } catch (error) {
        throw toTokenError(error);
      }
    },
  };
}

/** Reads where the keys of a provider are (OpenID Connect Discovery 1.0). */
async function discover(issuer: string): Promise<Keys> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const found = discoverySchema.parse(await response.json());
  // Another issuer's document must not be believed.
  if (found.issuer !== issuer) throw new Error(`${url} is of the issuer ${found.issuer}`);
  if (!isSecureOrLoopback(found.jwks_uri)) throw new Error(`${url} names keys that are not at https`);
  return createRemoteJWKSet(new URL(found.jwks_uri), {
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: KEYS_MAX_AGE_MS,
    timeoutDuration: FETCH_TIMEOUT_MS,
    [customFetch]: (target, options) => fetch(target, { ...options, redirect: 'error' }),
  });
}

/** What `jose` says of a token is its fault; everything else, that the keys could not be read. */
function toTokenError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (error instanceof errors.JWTExpired) return expiredToken();
  const isOfKeys = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
  if (
    error instanceof z.ZodError ||
    (error instanceof errors.JOSEError && !isOfKeys && error.code !== 'ERR_JOSE_GENERIC')
  )
    return invalidToken(error);
  return new GatewayError('UNAVAILABLE', 'The keys of the identity provider cannot be read', {}, error);
}
