import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { createGraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { isPostgresMissing, temporaryDatabase } from '../../support/postgres.ts';

const stores = [
  { name: 'SQLite', skip: false },
  { name: 'PostgreSQL', skip: isPostgresMissing },
];

/** Answers of the two requests whose answer is a secret, each sent with the same key at each start. */
interface Answers {
  account: { id?: string; secret?: string; code?: string; detail?: string };
  secret: { id?: string; secret?: string; code?: string };
}

describe.each(stores)('with $name', ({ name, skip }) => {
  const bed = async () => {
    const stack = new AsyncDisposableStack();
    const DATA_DIR = await mkdtemp(join(tmpdir(), 'quantgate-test-'));
    stack.defer(() => rm(DATA_DIR, { recursive: true, force: true }));
    const database = name === 'SQLite' ? undefined : stack.use(await temporaryDatabase());
    const env: Record<string, string> = { ...ADMIN_ENV, DATA_DIR };
    if (database !== undefined) env.DATABASE_URL = database.url;
    /** Starts the gateway with these encryption keys and repeats both requests. */
    const repeat = async (ENCRYPTION_KEYS: string, accountId?: string): Promise<Answers> => {
      await using gateway = await bootGateway({ env: { ...env, ENCRYPTION_KEYS }, polls: false });
      const admin = createGraphQLClient(gateway.url);
      Object.assign(admin.tokens, await admin.post('/v1/auth/login', ADMIN));
      const send = async (path: string, body?: object) => {
        const headers = { 'idempotency-key': 'once' };
        const init = { method: 'POST', headers, body: JSON.stringify(body ?? {}) };
        return (await (await admin.request(path, body ? init : { ...init, body: '' })).json()) as object;
      };
      const account: Answers['account'] = await send('/v1/service-accounts', { name: 'x', scopes: ['read'] });
      const secret = await send(`/v1/service-accounts/${accountId ?? account.id}/secrets`);
      return { account, secret };
    };
    return { repeat, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  };
  const key = (kid: string): string => `${kid}:${randomBytes(32).toString('base64')}`;

  test.skipIf(skip)(
    'a kept answer with a secret is repeated after its encryption key was rotated out',
    async () => {
      await using store = await bed();
      const [old, fresh] = [key('old'), key('fresh')];
      const first = await store.repeat(old);
      expect(first.account.secret).toMatch(/^qgs_/);
      expect(first.secret.secret).toMatch(/^qgs_/);
      expect(await store.repeat(`${fresh},${old}`)).toEqual(first);
      expect(await store.repeat(fresh)).toEqual(first);
    },
  );

  test.skipIf(skip)(
    'a kept answer whose encryption key is lost is OUTCOME_UNKNOWN, and nothing is made again',
    async () => {
      await using store = await bed();
      const first = await store.repeat(key('lost'));
      const later = await store.repeat(key('fresh'), first.account.id);
      expect(later.account).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      expect(later.account.detail).toContain('encryption key');
      expect(later.secret).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    },
  );
});
