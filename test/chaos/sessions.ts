import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { request } from 'undici';
import { createRandom, type Random } from '../../simulator/random.ts';
import { BreakableSocket } from './connections.ts';
import { between } from './plan.ts';
import type { Outage } from './upstream-faults.ts';

/** How a session ended, and when its socket was closed. */
export interface EndedSession extends Outage {
  what: string;
  /** The close code of the socket; undefined if it was still open after `CLOSE_LIMIT_MS`. */
  closeCode: number | undefined;
  /** When the replicas had begun to refuse the access token; undefined if one still took it after `CLOSE_LIMIT_MS`. */
  refusedMs: number | undefined;
}

/** Users that sign in, open a socket, and end their session. */
export interface SessionWorkload {
  ended: EndedSession[];
  /** Starts no more sessions, and waits for those under way. */
  stop(): Promise<void>;
}

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

const PASSWORD = 'correct horse battery staple';
const REQUEST_LIMIT_MS = 9_000;

/** A socket that is still open after this time stays open until its token expires. */
const CLOSE_LIMIT_MS = 40_000;

/** The time from the end of a session to the end of its socket; it takes less than the token lives. */
const STAY_MS = [300, 4_000] as const;

const REST_MS = [1_000, 4_000] as const;

/** Refusals of a token in a row: as many as there are replicas behind the balancer. */
const REFUSALS = 3;

/** @param url the balancer's */
export function startSessions(url: string, slots: number, seed: number): SessionWorkload {
  const ended: EndedSession[] = [];
  let isOver = false;

  const send = async (
    method: 'GET' | 'POST',
    path: string,
    { body, token }: { body?: unknown; token?: string },
  ) => {
    const { statusCode, body: answer } = await request(`${url}${path}`, {
      method,
      reset: true,
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
    });
    const text = await answer.text();
    return { status: statusCode, json: text === '' ? undefined : (JSON.parse(text) as Tokens) };
  };

  /** Repeats a request until its answer decides it; undefined once the run is over. */
  const until = async (statuses: readonly number[], ...asked: Parameters<typeof send>) => {
    for (let tries = 0; tries < 200; tries += 1) {
      try {
        const answer = await send(...asked);
        if (statuses.includes(answer.status)) return answer;
      } catch {
        // The answer was lost: repeat it.
      }
      await pause(300);
    }
    return undefined;
  };

  const signIn = (email: string) =>
    until([200], 'POST', '/v1/auth/login', { body: { email, password: PASSWORD } });
  const refresh = (refreshToken: string) =>
    until([200, 401], 'POST', '/v1/auth/refresh', { body: { refreshToken } });

  /** Opens a socket; resolves when it is acknowledged. */
  const openSocket = async (accessToken: string) => {
    const closed = Promise.withResolvers<{ atMs: number; code: number }>();
    const open = Promise.withResolvers<boolean>();
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: BreakableSocket,
      lazy: false,
      retryAttempts: 0,
      connectionAckWaitTimeout: 5_000,
      connectionParams: { authorization: `Bearer ${accessToken}` },
      onNonLazyError: () => undefined,
      on: {
        connected: () => open.resolve(true),
        closed(event) {
          const { code } = event as { code: number };
          open.resolve(false);
          closed.resolve({ atMs: Date.now(), code });
        },
      },
    });
    const isOpen = await open.promise;
    return { isOpen, closed: closed.promise, close: () => client.terminate() };
  };

  /** Ends a session by logout, or by a refresh token that was used before. @returns false if it had ended before */
  const endSession = async (tokens: Tokens, how: 'logout' | 'reuse'): Promise<boolean> => {
    if (how === 'logout') {
      return (
        (await until([204, 401], 'POST', '/v1/auth/logout', { token: tokens.accessToken })) !== undefined
      );
    }
    let { refreshToken } = tokens;
    for (let times = 0; times < 2; times += 1) {
      const next = await refresh(refreshToken);
      if (next?.status !== 200 || next.json === undefined) return false;
      refreshToken = next.json.refreshToken;
    }
    return (await refresh(tokens.refreshToken))?.status === 401;
  };

  /** Asks with an access token until every replica has refused it. @returns when the first of those refusals came */
  const refusalOf = async (token: string): Promise<number | undefined> => {
    const limitMs = Date.now() + CLOSE_LIMIT_MS;
    let refusals: number[] = [];
    while (Date.now() < limitMs) {
      const answer = await until([200, 401], 'GET', '/v1/me', { token });
      refusals = answer?.status === 401 ? [...refusals, Date.now()] : [];
      if (refusals.length === REFUSALS) return refusals[0];
      if (refusals.length === 0) await pause(300);
    }
    return undefined;
  };

  const runOne = async (email: string, random: Random): Promise<void> => {
    const how = random.next() < 0.5 ? 'logout' : 'reuse';
    const tokens = (await signIn(email))?.json;
    if (tokens === undefined) return;
    const signedInMs = Date.now();
    const socket = await openSocket(tokens.accessToken);
    try {
      if (!socket.isOpen) return;
      await pause(between(random, ...STAY_MS));
      if (!(await endSession(tokens, how))) return;
      const fromMs = Date.now();
      const end = await Promise.race([socket.closed, pause(CLOSE_LIMIT_MS, undefined)]);
      // The socket was lost before, for another reason.
      if (end !== undefined && end.code !== 4403) return;
      const refusedMs = await refusalOf(tokens.accessToken);
      const what = `the session of ${email}, from ${new Date(signedInMs).toISOString()}, ended by ${how}`;
      const toMs = Math.max(fromMs, end?.atMs ?? Date.now());
      ended.push({ what, fromMs, toMs, closeCode: end?.code, refusedMs });
    } finally {
      socket.close();
    }
  };

  const fillSlot = async (slot: number): Promise<void> => {
    const random = createRandom(seed * 100_000 + slot);
    const email = `session-${slot}@example.com`;
    await until([201, 409], 'POST', '/v1/auth/register', { body: { email, password: PASSWORD } });
    while (!isOver) {
      await runOne(email, random);
      // A sign-in takes much time of a processor.
      await pause(between(random, ...REST_MS));
    }
  };
  const running = Promise.all(Array.from({ length: slots }, (_, slot) => fillSlot(slot)));

  return {
    ended,
    async stop() {
      isOver = true;
      await running;
    },
  };
}
