import { isGatewayError, unauthenticated } from '../../errors.ts';
import { createSingleFlight } from '../../lib/single-flight.ts';
import type { Viewer } from '../../viewer.ts';
import type { Authenticate } from './authenticate.ts';
import type { Origin, SignIns, TokenPair } from './sign-ins.ts';

/** The tokens that a browser sends in its cookies; it deletes the access cookie when the access token expires. */
export interface OfferedTokens {
  accessToken?: string | undefined;
  refreshToken?: string | undefined;
}

/** The tokens for new cookies. */
export interface RenewedTokens extends TokenPair {
  /** How long the browser keeps the refresh cookie, in seconds. */
  sessionSeconds: number;
}

/** Who calls by cookie, and the new tokens when the access token had to be renewed. */
export interface OpenedSession {
  /** Not bound to the access token: what is opened with it lives as long as the session. */
  viewer: Viewer;
  renewed?: RenewedTokens;
}

/** The sessions of browsers, whose tokens travel in cookies. */
export interface CookieSessions {
  /**
   * Checks the access token. When it is missing or no longer valid, a good refresh token renews both, as in `refresh`.
   * @throws GatewayError `UNAUTHENTICATED`, `RATE_LIMITED`
   */
  open(offered: OfferedTokens, origin: Origin): Promise<OpenedSession>;
}

export interface CookieSessionsDeps {
  authenticate: Authenticate;
  signIns: Pick<SignIns, 'refresh'>;
  /** How long a session lasts after its last refresh. */
  sessionTtlMs: number;
}

export function createCookieSessions(deps: CookieSessionsDeps): CookieSessions {
  const { authenticate, signIns, sessionTtlMs } = deps;
  const flights = createSingleFlight();

  /** Requests of several tabs at once share one refresh; later ones have the grace of refresh tokens. */
  const renew = (refreshToken: string, origin: Origin): Promise<TokenPair> =>
    flights.run('refresh', refreshToken, async () => (await signIns.refresh(refreshToken, origin)).tokens);

  const open = async (accessToken: string): Promise<Viewer> => ({
    ...(await authenticate(accessToken)),
    expiresAtMs: Number.POSITIVE_INFINITY,
  });

  return {
    async open({ accessToken, refreshToken }, origin) {
      try {
        if (accessToken === undefined) throw unauthenticated();
        return { viewer: await open(accessToken) };
      } catch (error) {
        if (refreshToken === undefined || !isGatewayError(error, 'UNAUTHENTICATED')) throw error;
      }
      const tokens = await renew(refreshToken, origin);
      const sessionSeconds = Math.floor(sessionTtlMs / 1_000);
      return { viewer: await open(tokens.accessToken), renewed: { ...tokens, sessionSeconds } };
    },
  };
}
