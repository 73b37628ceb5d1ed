import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';

test('a key rotation that moves secrets is recorded once, by key and number', async () => {
  await using cleanup = new AsyncDisposableStack();
  const DATA_DIR = await mkdtemp(join(tmpdir(), 'quantgate-test-'));
  cleanup.defer(() => rm(DATA_DIR, { recursive: true, force: true }));
  const key = (kid: string): string => `${kid}:${randomBytes(32).toString('base64')}`;
  const [old, fresh] = [key('old'), key('fresh')];
  const rotationsAfterStart = async (ENCRYPTION_KEYS: string, signsUp = false) => {
    await using gateway = await bootGateway({ env: { DATA_DIR, ENCRYPTION_KEYS }, polls: false });
    if (signsUp) await gateway.signUpWithCredential();
    const rows = await gateway.deps.store.db
      .selectFrom('audit')
      .selectAll()
      .where('act', '=', 'KEY_ROTATION')
      .execute();
    return rows.map(({ actorId, subjects }) => [actorId, JSON.parse(subjects)]);
  };
  expect(await rotationsAfterStart(old, true)).toEqual([]);
  const rotation = [null, { kid: 'fresh', moved: '1' }];
  expect(await rotationsAfterStart(`${fresh},${old}`)).toEqual([rotation]);
  expect(await rotationsAfterStart(fresh)).toEqual([rotation]);
});
