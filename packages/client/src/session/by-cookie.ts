import type { Environment } from '../environment.ts';
import { GatewayFailure, toFailure } from '../errors.ts';
import { readRest, type Send } from '../http.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { type Authentication, createState, type SessionState, signedOut, toUser } from './session.ts';

/** A refresh by another tab that is younger than this counts for this tab too. */
const FRESH_MS = 5_000;

/**
 * A session in `HttpOnly` cookies, for pages: no script can read its tokens. The gateway renews the cookies in its answers, so
 * a refresh of our own is needed only after a 401. Sockets that were opened with a cookie live as long as the session.
 */
export function sessionByCookie(
  environment: Environment,
  { send, url }: { send: Send; url: string },
): Authentication {
  const state = createState({ status: 'UNKNOWN' });
  const { storage } = environment;
  const key = `quantgate refreshed ${url}`;
  let refreshedAtMs = Number.NEGATIVE_INFINITY;

  const lastRefreshMs = (): number => Math.max(refreshedAtMs, Number(storage?.getItem(key) ?? 0));

  const end = (cause?: unknown): GatewayFailure => {
    if (state.get().status !== 'SIGNED_OUT') state.set({ status: 'SIGNED_OUT' });
    return signedOut(cause);
  };

  let isSigningOut = false;
  let askedAtMs = 0;
  const refresh = oneAtATime(environment, `quantgate refresh ${url}`, async () => {
    // Another tab, or another request of this one, has refreshed after the refused request was sent.
    if (lastRefreshMs() >= askedAtMs - FRESH_MS && lastRefreshMs() > 0) return;
    const answer = await send({ path: '/v1/auth/refresh', body: {} });
    // 400: the browser has no refresh cookie any more.
    if (answer.status === 401 || answer.status === 400) throw end(toFailure(answer.body));
    readRest(answer);
    refreshedAtMs = environment.now();
    storage?.setItem(key, String(refreshedAtMs));
  });

  /** Asks once for all who ask at the same time, such as a component that React mounts twice. */
  let restoring: Promise<SessionState> | undefined;
  const ask = async (): Promise<SessionState> => {
    // The gateway renews an ended access cookie by itself where the refresh cookie is good.
    const answer = await send({ method: 'GET', path: '/v1/me' });
    if (answer.status === 401) end(toFailure(answer.body));
    else state.set({ status: 'SIGNED_IN', user: toUser(readRest(answer)) });
    return state.get();
  };
  const restore = (): Promise<SessionState> => {
    restoring ??= ask().finally(() => {
      restoring = undefined;
    });
    return restoring;
  };

  const self: Authentication = {
    isCookie: true,
    state: state.get,
    subscribe: state.subscribe,
    accessToken: async () => undefined,
    async renew() {
      // What was under way when the user signed out is refused: there is nothing to refresh.
      if (isSigningOut || state.get().status === 'SIGNED_OUT') throw signedOut();
      askedAtMs = environment.now();
      await refresh();
    },
    onToken: () => () => undefined,
    async signIn(input) {
      const body = { ...input, session: 'cookie' };
      const user = toUser(readRest(await send({ path: '/v1/auth/login', body })));
      state.set({ status: 'SIGNED_IN', user });
    },
    async signUp(input) {
      readRest(await send({ path: '/v1/auth/register', body: input }));
      await self.signIn(input);
    },
    async resetPassword(input) {
      readRest(await send({ path: '/v1/auth/password-reset', body: input }));
    },
    async signOut() {
      isSigningOut = true;
      try {
        readRest(await send({ path: '/v1/auth/logout' }));
      } catch (error) {
        // A session that has ended already is what was wanted.
        if (!(error instanceof GatewayFailure && error.code === 'UNAUTHENTICATED')) throw error;
      } finally {
        isSigningOut = false;
      }
      end();
    },
    restore,
    close: () => undefined,
  };
  return self;
}
