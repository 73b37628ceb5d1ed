import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';

/** An answer, or an error code of the gateway, or `LOST` if the connection broke. */
export type Answer<T> = { data: T } | { code: string; retryAfterMs: number };

/** A user of the gateway, who reaches it through the balancer. */
export interface User {
  id: string;
  email: string;
  /** The upstream account's user id. */
  account: string;
  /** A token that is valid for at least 5 s; refreshed, or replaced by a new sign-in, if necessary. */
  token(): Promise<string>;
  /** One attempt of a GraphQL operation. */
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

/** Longer than any successful request takes; a frozen replica takes much longer. */
const REQUEST_LIMIT_MS = 9_000;

/** A token that expires sooner is refreshed. */
const FRESH_MS = 5_000;

/** Tries to store the credential before the faults begin. */
const SAVE_TRIES = 10;

const SAVE = `mutation ($input: QuantConnectCredentialInput!) {
  saved: saveQuantConnectCredential(input: $input) { id }
}`;

/** Signs a user up and in and stores the credential, before the faults begin. */
export async function createUser({ url, email, account, apiToken, organizationId }: NewUser): Promise<User> {
  let tokens: Tokens = { accessToken: '', refreshToken: '', expiresIn: 0 };
  let freshUntilMs = 0;
  let exchange: Promise<void> | undefined;

  /** Each request has its own connection, so that the balancer sends it to the next replica. */
  const post = async (path: string, body: unknown, token?: string) => {
    const { statusCode, body: answer } = await request(`${url}${path}`, {
      method: 'POST',
      reset: true,
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
    });
    return { status: statusCode, body: JSON.parse(await answer.text()) };
  };

  const renew = async (): Promise<void> => {
    const { refreshToken } = tokens;
    for (;;) {
      try {
        const refreshed = refreshToken !== '' && (await post('/v1/auth/refresh', { refreshToken }));
        // A frozen replica may carry out a refresh long after its repetition, which ends the session.
        const answer =
          refreshed && refreshed.status !== 401
            ? refreshed
            : await post('/v1/auth/login', { email, password: PASSWORD });
        if (answer.status === 200) {
          tokens = answer.body;
          freshUntilMs = Date.now() + tokens.expiresIn * 1_000 - FRESH_MS;
          return;
        }
      } catch {
        // The answer was lost: repeat it.
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
  const save = () => user.ask(SAVE, { input: { userId: account, apiToken, organizationId } });
  // On a busy machine the database may be late.
  for (let tries = 1; ; tries += 1) {
    const saved = await save();
    if ('data' in saved) break;
    if (tries === SAVE_TRIES) throw new Error(`The credential of ${email} was not saved: ${saved.code}`);
    await pause(1_000);
  }
  return user;
}
