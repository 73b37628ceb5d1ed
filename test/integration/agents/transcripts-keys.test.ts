import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSimulator } from '../../../simulator/index.ts';
import { systemRandom as random } from '../../../src/lib/random.ts';
import { bootGateway } from '../../support/gateway.ts';

function newKey(kid: string): string {
  return `${kid}:${random.bytes(32).toString('base64')}`;
}

test('a start under a new key seals transcripts again, and a start without their key is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quantgate-keys-'));
  const upstream = await startSimulator({ pace: 'instant' });
  const [former, next] = [newKey('k1'), newKey('k2')];
  const boot = (keys: string) =>
    bootGateway({ upstream, env: { DATA_DIR: join(folder, 'data'), ENCRYPTION_KEYS: keys } });
  try {
    let id = '';
    {
      await using gateway = await boot(former);
      const ada = await gateway.signUpWithCredential();
      id = await ada.deploy(await ada.createTask());
      const status = async () => (await ada.request(`/v1/deployments/${id}/transcript`)).status;
      await expect.poll(status, { timeout: 10_000 }).toBe(200);
      // Only the transcript needs the key.
      await gateway.deps.store.db.deleteFrom('credentials').execute();
    }
    await expect(boot(next)).rejects.toThrow('ENCRYPTION_KEYS lacks the key k1');
    await (await boot(`${next},${former}`))[Symbol.asyncDispose]();

    await using gateway = await boot(next);
    const { db } = gateway.deps.store;
    expect(await db.selectFrom('transcripts').select('kid').execute()).toEqual([{ kid: 'k2' }]);
    const acts = await db.selectFrom('audit').select('subjects').where('act', '=', 'KEY_ROTATION').execute();
    expect(acts).toEqual([{ subjects: '{"kid":"k2","moved":"1"}' }]);
    const client = await gateway.signUp('bob@example.com');
    await client.signIn('ada@example.com');
    expect((await client.request(`/v1/deployments/${id}/transcript`)).status).toBe(200);
  } finally {
    await upstream.close();
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
