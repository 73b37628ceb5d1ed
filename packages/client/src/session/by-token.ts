import type { Environment, Timer } from '../environment.ts';
import { GatewayFailure, isRecord, toFailure } from '../errors.ts';
import { readRest, type Send } from '../http.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { type Authentication, createState, signedOut, toUser } from './session.ts';
import type { TokenStore, Tokens } from './tokens.ts';

/** A token is refreshed when this share of its life is left. */
const REFRESH_AT_SHARE = 0.25;
/** But at most so long before its end. */
const REFRESH_BEFORE_MS = 60_000;

/** A session whose tokens the client holds: for services with a user's session, tests, and pages of another origin. */
export function sessionByToken(
  environment: Environment,
  { send, url, store }: { send: Send; url: string; store: TokenStore },
): Authentication {
  const state = createState({ status: store.read() ? 'SIGNED_IN' : 'SIGNED_OUT', user: undefined });
  const listeners = new Set<(token: string) => void>();
  let timer: Timer | undefined;
  let announced: string | undefined;

  const announce = ({ accessToken, expiresAtMs }: Tokens, lifeMs: number): void => {
    if (announced !== accessToken) for (const listener of [...listeners]) listener(accessToken);
    announced = accessToken;
    timer?.cancel();
    timer = undefined;
    // Sockets need the next token before this one ends. Nobody waits for it, so its failure is shown by the next request.
    if (listeners.size > 0)
      timer = environment.after(expiresAtMs - environment.now() - leadMs(lifeMs), () => {
        refresh().catch(() => undefined);
      });
  };

  const take = (body: unknown): void => {
    const { accessToken, refreshToken, expiresIn } = isRecord(body) ? body : {};
    if (typeof accessToken !== 'string' || typeof refreshToken !== 'string') throw toFailure(undefined);
    const lifeMs = 1_000 * Number(expiresIn);
    const tokens = { accessToken, refreshToken, expiresAtMs: environment.now() + lifeMs };
    store.write(tokens);
    announce(tokens, lifeMs);
  };

  const end = (cause?: unknown): GatewayFailure => {
    store.write(undefined);
    timer?.cancel();
    announced = undefined;
    state.set({ status: 'SIGNED_OUT' });
    return signedOut(cause);
  };

  const refresh = oneAtATime(environment, `quantgate refresh ${url}`, async () => {
    const tokens = store.read();
    if (tokens === undefined) throw signedOut();
    // Another tab has refreshed while this one waited for the lock.
    if (tokens.accessToken !== announced && tokens.expiresAtMs > environment.now() && announced !== undefined)
      return announce(tokens, tokens.expiresAtMs - environment.now());
    const answer = await send({
      path: '/v1/auth/refresh',
      body: { refreshToken: tokens.refreshToken },
    });
    if (answer.status === 401) throw end(toFailure(answer.body));
    take(readRest(answer));
  });

  const isEnding = ({ expiresAtMs }: Tokens): boolean => expiresAtMs - environment.now() < 5_000;

  const self: Authentication = {
    isCookie: false,
    state: state.get,
    subscribe: state.subscribe,
    async accessToken() {
      let tokens = store.read();
      if (tokens === undefined) throw signedOut();
      if (isEnding(tokens)) {
        announced ??= tokens.accessToken;
        await refresh();
        tokens = store.read();
      }
      if (tokens === undefined) throw signedOut();
      announced ??= tokens.accessToken;
      return tokens.accessToken;
    },
    async renew(refused) {
      const tokens = store.read();
      if (tokens === undefined) throw signedOut();
      announced = refused;
      if (tokens.accessToken === refused) await refresh();
      else announce(tokens, tokens.expiresAtMs - environment.now());
    },
    onToken(listener) {
      listeners.add(listener);
      const tokens = store.read();
      if (tokens !== undefined) announce(tokens, tokens.expiresAtMs - environment.now());
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) timer?.cancel();
      };
    },
    async signIn(input) {
      take(readRest(await send({ path: '/v1/auth/login', body: input })));
      await self.restore();
    },
    async signUp(input) {
      readRest(await send({ path: '/v1/auth/register', body: input }));
      await self.signIn(input);
    },
    async resetPassword(input) {
      readRest(await send({ path: '/v1/auth/password-reset', body: input }));
    },
    async signOut() {
      const tokens = store.read();
      if (tokens === undefined) return;
      try {
        const headers = { authorization: `Bearer ${tokens.accessToken}` };
        readRest(await send({ path: '/v1/auth/logout', headers }));
      } catch (error) {
        // A session that has ended already is what was wanted.
        if (!(error instanceof GatewayFailure && error.code === 'UNAUTHENTICATED')) throw error;
      }
      end();
    },
    async restore() {
      if (store.read() === undefined) return state.get();
      const token = await self.accessToken();
      const headers = { authorization: `Bearer ${token}` };
      const answer = await send({ method: 'GET', path: '/v1/me', headers });
      if (answer.status === 401) end(toFailure(answer.body));
      else state.set({ status: 'SIGNED_IN', user: toUser(readRest(answer)) });
      return state.get();
    },
    close() {
      timer?.cancel();
      listeners.clear();
    },
  };
  return self;
}

function leadMs(lifeMs: number): number {
  return Math.min(REFRESH_BEFORE_MS, REFRESH_AT_SHARE * lifeMs);
}
