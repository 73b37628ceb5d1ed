import { expect, test } from 'vitest';
import { parseWrappingKeys } from '../../../src/lib/keys.ts';
import { systemRandom as random } from '../../../src/lib/random.ts';
import { listWebhookSecrets } from '../../../src/store/webhooks/secrets.ts';
import { webhookSecretBindingOf } from '../../../src/vault/binding.ts';
import { assertKeysFit } from '../../../src/vault/key-check.ts';
import { listKeyUsage } from '../../../src/vault/key-usage.ts';
import { rewrapAll } from '../../../src/vault/rewrap.ts';
import { createVault } from '../../../src/vault/vault.ts';
import { bootGateway } from '../../support/gateway.ts';

const keyOf = (kid: string): string => `${kid}:${random.bytes(32).toString('base64')}`;

test('the secret of a webhook is sealed; its key may be dropped once it was wrapped by another one', async () => {
  const [former, next] = [keyOf('k1'), keyOf('k2')];
  await using gateway = await bootGateway({ env: { ENCRYPTION_KEYS: former }, polls: false });
  const { db } = gateway.deps.store;
  const ada = await gateway.signUp();
  const { id, secret } = await ada.post<{ id: string; secret: string }>('/v1/webhooks', {
    url: 'https://example.invalid/',
  });
  const read = async () => {
    const [row] = await listWebhookSecrets(db, id);
    if (row === undefined) throw new Error('no secret is stored');
    return row;
  };
  const stored = await read();
  expect([stored.kid, JSON.stringify(stored).includes(secret.slice(6))]).toEqual(['k1', false]);

  const vaultOf = (keys: string) => createVault({ keys: parseWrappingKeys(keys) ?? [], random });
  await expect(assertKeysFit(db, vaultOf(next))).rejects.toThrow('lacks the key k1');
  expect(await rewrapAll(db, vaultOf(`${next},${former}`))).toMatchObject({ unreadableWebhooks: [] });
  const moved = await read();
  expect([moved.kid, vaultOf(next).open(webhookSecretBindingOf(moved), moved.sealed)]).toEqual([
    'k2',
    secret,
  ]);
  const usage = await listKeyUsage(db, vaultOf(`${next},${former}`));
  expect(usage).toMatchObject([
    { kid: 'k2', webhookSecrets: 1, mayBeDropped: false },
    { kid: 'k1', webhookSecrets: 0, mayBeDropped: true },
  ]);
});
