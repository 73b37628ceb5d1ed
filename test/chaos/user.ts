import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';

/** An answer, or why there is none yet: an error code of the gateway, or `LOST` when the connection broke. */
export type Answer<T> = { data: T } | { code: string; retryAfterMs: number };

/** Somebody who uses the gateway through the balancer, whatever dies behind it. */
export interface User {
  id: string;
  email: string;
  /** The upstream account's user id. */
  account: string;
  /** A token that is good for a while; exchanged, or signed in for anew, when it no longer is. */
  token(): Promise<string>;
  /** One try of a GraphQL operation. */
  ask<T>(query: string, variables: Record<string, unknown>): Promise<Answer<T>>;
}

export interface NewUser {
  url: string;
  email: string;
  account: string;
  apiToken: string;
  organizationId: string;
}

interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
}

const PASSWORD = 'correct horse battery staple';

/** Longer than the gateway takes for anything that works; a frozen replica takes much longer. */
const TRY_MS = 9_000;

/** A token that ends sooner is exchanged. */
const FRESH_MS = 5_000;

const SAVE = `mutation ($input: QuantConnectCredentialInput!) {
  saved: saveQuantConnectCredential(input: $input) { id }
}`;

/** Signs up, signs in and stores the credential, while nothing goes wrong yet. */
export const createUser = async ({
  url,
  email,
  account,
  apiToken,
  organizationId,
}: NewUser): Promise<User> => {
  let tokens: Tokens = { accessToken: '', refreshToken: '', expiresIn: 0 };
  let freshUntilMs = 0;
  let exchange: Promise<void> | undefined;

  /** Each request takes a connection of its own, so that each goes to the next replica. */
  const post = async (path: string, body: unknown, token?: string) => {
    const { statusCode, body: answer } = await request(`${url}${path}`, {
      method: 'POST',
      reset: true,
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TRY_MS),
    });
    return { status: statusCode, body: JSON.parse(await answer.text()) };
  };

  const renew = async (): Promise<void> => {
    const { refreshToken } = tokens;
    for (;;) {
      try {
        const known = refreshToken !== '' && (await post('/v1/auth/refresh', { refreshToken }));
        // A refresh that a frozen replica carries out long after it was repeated ends the session, as it should.
        const answer =
          known && known.status !== 401 ? known : await post('/v1/auth/login', { email, password: PASSWORD });
        if (answer.status === 200) {
          tokens = answer.body;
          freshUntilMs = Date.now() + tokens.expiresIn * 1_000 - FRESH_MS;
          return;
        }
      } catch {
        // Lost: the same again.
      }
      await pause(300);
    }
  };

  const user: User = {
    id: '',
    email,
    account,
    async token() {
      if (Date.now() >= freshUntilMs) {
        exchange ??= renew().finally(() => {
          exchange = undefined;
        });
        await exchange;
      }
      return tokens.accessToken;
    },
    async ask<T>(query: string, variables: Record<string, unknown>): Promise<Answer<T>> {
      try {
        const { status, body } = await post('/graphql', { query, variables }, await user.token());
        if (status === 401) freshUntilMs = 0;
        if (body.data && !body.errors) return { data: body.data };
        const { code = `HTTP_${status}`, retryAfter = 0 } = body.errors?.[0]?.extensions ?? {};
        return { code, retryAfterMs: 1_000 * retryAfter };
      } catch {
        return { code: 'LOST', retryAfterMs: 0 };
      }
    },
  };

  const { body } = await post('/v1/auth/register', { email, password: PASSWORD });
  user.id = body.user.id;
  const saved = await user.ask(SAVE, { input: { userId: account, apiToken, organizationId } });
  if (!('data' in saved)) throw new Error(`The credential of ${email} was not saved: ${saved.code}`);
  return user;
};
