import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withDevelopmentKeys } from '../../../src/composition/development-keys.ts';
import { loadConfig } from '../../../src/config.ts';
import type { WrappingKey } from '../../../src/lib/keys.ts';
import { systemRandom as random } from '../../../src/lib/random.ts';
import {
  findCredential,
  insertCredential,
  replaceSealed,
  updateCredential,
} from '../../../src/store/identity/credentials.ts';
import type { CredentialRow } from '../../../src/store/schema/index.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { bindingOf } from '../../../src/vault/binding.ts';
import { checkKeys } from '../../../src/vault/key-check.ts';
import { rewrapAll } from '../../../src/vault/rewrap.ts';
import { createVault, type Vault } from '../../../src/vault/vault.ts';
import { newWrappingKey } from '../../support/auth-app.ts';
import { insertPerson } from '../../support/stores.ts';

const SECRET = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
function vaultOf(...keys: WrappingKey[]): Vault {
  return createVault({ keys, random });
}

async function openTestStore(): Promise<Store & AsyncDisposable> {
  const store = await openStore(':memory:');
  for (const id of ['ada', 'bob']) {
    await insertPerson(store.db, id);
  }
  return { ...store, [Symbol.asyncDispose]: store.close };
}

async function store(db: Store['db'], vault: Vault, ownerId: string, id: string, secret = SECRET) {
  const row: CredentialRow = {
    id,
    ownerId,
    provider: 'QUANTCONNECT',
    label: null,
    account: '1',
    organizationId: null,
    tokenHint: secret.slice(-4),
    status: 'VERIFIED',
    verificationProblem: null,
    isDefault: 1,
    createdAt: 0,
    firstUsedAt: null,
    ...vault.seal(bindingOf({ ownerId, id }), secret),
  };
  await insertCredential(db, row);
  return row;
}
function reveal(vault: Vault, row: CredentialRow): string {
  return vault.open(bindingOf(row), row.sealed);
}

test('a sealed secret opens in its own place, and no two envelopes are equal', async () => {
  const vault = vaultOf(newWrappingKey('k1'));
  const binding = { ownerId: 'ada', credentialId: 'c1', field: 'apiToken' };
  const [one, two] = [vault.seal(binding, SECRET), vault.seal(binding, SECRET)];
  expect(one.kid).toBe('k1');
  expect(one.sealed).not.toBe(two.sealed);
  expect(vault.open(binding, one.sealed)).toBe(SECRET);
  expect(vault.open(binding, vault.seal(binding, '').sealed)).toBe('');
});

test('a dump of the store shows no secret', async () => {
  await using opened = await openTestStore();
  await store(opened.db, vaultOf(newWrappingKey('k1')), 'ada', 'c1');
  const dump = JSON.stringify(await opened.db.selectFrom('credentials').selectAll().execute());
  const bytes = Buffer.from(SECRET);
  const raw = Buffer.from(SECRET, 'hex');
  for (const shape of [SECRET, bytes.toString('hex'), bytes.toString('base64'), raw.toString('base64')]) {
    expect(dump).not.toContain(shape.replace(/=+$/, ''));
  }
  expect(dump).not.toContain([...SECRET].reverse().join(''));
});

test('two rows with swapped secrets do not open', async () => {
  await using opened = await openTestStore();
  const vault = vaultOf(newWrappingKey('k1'));
  const ada = await store(opened.db, vault, 'ada', 'c1', 'secret of ada');
  const bob = await store(opened.db, vault, 'bob', 'c2', 'secret of bob');
  await updateCredential(opened.db, 'ada', 'c1', { sealed: bob.sealed });
  await updateCredential(opened.db, 'bob', 'c2', { sealed: ada.sealed });
  for (const [ownerId, id] of [
    ['ada', 'c1'],
    ['bob', 'c2'],
  ] as const) {
    const row = await findCredential(opened.db, ownerId, id);
    expect(row).toBeDefined();
    expect(() => reveal(vault, row!)).toThrow(
      expect.objectContaining({ code: 'INTERNAL', message: 'Internal error' }),
    );
  }
});

test('an envelope that was changed anywhere does not open', () => {
  const [k1, k2] = [newWrappingKey('k1'), newWrappingKey('k2')];
  const vault = vaultOf(k1, k2);
  const binding = { ownerId: 'ada', credentialId: 'c1', field: 'apiToken' };
  const envelope = JSON.parse(vault.seal(binding, SECRET).sealed);
  const flip = (base64: string): string => {
    const bytes = Buffer.from(base64, 'base64');
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    return bytes.toString('base64');
  };
  const shorter = (base64: string): string => Buffer.from(base64, 'base64').subarray(0, 4).toString('base64');
  const changed: unknown[] = [
    { ...envelope, kid: 'k2' },
    { ...envelope, kid: 'k3' },
    { ...envelope, v: 2 },
    { ...envelope, extra: 1 },
    { ...envelope, key: envelope.text, text: envelope.key },
    ...['key', 'text'].flatMap((layer) =>
      ['nonce', 'data'].flatMap((part) =>
        [flip, shorter, () => ''].map((spoil) => ({
          ...envelope,
          [layer]: { ...envelope[layer], [part]: spoil(envelope[layer][part]) },
        })),
      ),
    ),
    {},
    null,
  ];
  for (const one of changed) expect(() => vault.open(binding, JSON.stringify(one))).toThrow('Internal error');
  expect(() => vault.open(binding, 'no json')).toThrow('Internal error');
  for (const field of ['ownerId', 'credentialId', 'field']) {
    expect(() => vault.open({ ...binding, [field]: 'other' }, JSON.stringify(envelope))).toThrow(
      'Internal error',
    );
  }
  expect(() => vaultOf(newWrappingKey('k1')).open(binding, JSON.stringify(envelope))).toThrow(
    'Internal error',
  );
  expect(vault.open(binding, JSON.stringify(envelope))).toBe(SECRET);
});

test('a secret stays readable at every moment of a key rotation', async () => {
  await using opened = await openTestStore();
  const [former, next] = [newWrappingKey('k1'), newWrappingKey('k2')];
  await checkKeys(opened.db, vaultOf(former));
  for (let n = 0; n < 250; n++) await store(opened.db, vaultOf(former), 'ada', `c${n}`, `secret ${n}`);

  const both = vaultOf(next, former);
  await checkKeys(opened.db, both);
  const replaced = await store(opened.db, both, 'bob', 'new', 'already under the new key');
  expect(await rewrapAll(opened.db, both)).toMatchObject({ moved: 250, unreadable: [] });
  expect(await rewrapAll(opened.db, both)).toMatchObject({ moved: 0, unreadable: [] });

  const alone = vaultOf(next);
  await checkKeys(opened.db, alone);
  for (const n of [0, 99, 100, 249]) {
    const row = await findCredential(opened.db, 'ada', `c${n}`);
    expect([row!.kid, reveal(alone, row!)]).toEqual(['k2', `secret ${n}`]);
  }
  expect(await findCredential(opened.db, 'bob', 'new')).toEqual(replaced);
  expect(() => reveal(vaultOf(former), replaced)).toThrow('Internal error');
});

test('a secret replaced during its rewrap stays replaced', async () => {
  await using opened = await openTestStore();
  const [former, next] = [newWrappingKey('k1'), newWrappingKey('k2')];
  const both = vaultOf(next, former);
  const read = await store(opened.db, vaultOf(former), 'ada', 'c1', 'the former secret');
  await updateCredential(opened.db, 'ada', 'c1', both.seal(bindingOf(read), 'the new secret'));
  expect(await replaceSealed(opened.db, read, both.rewrap(bindingOf(read), read.sealed))).toBe(false);
  const row = await findCredential(opened.db, 'ada', 'c1');
  expect(reveal(both, row!)).toBe('the new secret');
});

test('one secret that does not open does not hold up the others', async () => {
  await using opened = await openTestStore();
  const [former, next] = [newWrappingKey('k1'), newWrappingKey('k2')];
  for (const id of ['c1', 'c2', 'c3']) await store(opened.db, vaultOf(former), 'ada', id);
  await updateCredential(opened.db, 'ada', 'c2', { sealed: '{}' });
  const { moved, unreadable } = await rewrapAll(opened.db, vaultOf(next, former));
  expect([moved, unreadable.map((one) => one.credentialId)]).toEqual([2, ['c2']]);
  await expect(checkKeys(opened.db, vaultOf(next))).rejects.toThrow('lacks the key k1');
});

test("a start without a needed key is refused with the key's name", async () => {
  await using opened = await openTestStore();
  const [former, next] = [newWrappingKey('k1'), newWrappingKey('k2')];
  await checkKeys(opened.db, vaultOf(former));
  await store(opened.db, vaultOf(former), 'ada', 'c1');
  await expect(checkKeys(opened.db, vaultOf(next))).rejects.toThrow('ENCRYPTION_KEYS lacks the key k1');
  await checkKeys(opened.db, vaultOf(next, former));
});

test('a start with a changed key is refused, also before any secret is stored', async () => {
  await using opened = await openTestStore();
  await checkKeys(opened.db, vaultOf(newWrappingKey('k1')));
  await expect(checkKeys(opened.db, vaultOf(newWrappingKey('k1')))).rejects.toThrow(
    'ENCRYPTION_KEYS has another key under the name k1',
  );
});

test('development keys are created once, kept private, and reused', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'quantgate-keys-'));
  const DATA_DIR = join(parent, 'data');
  try {
    await mkdir(DATA_DIR, { mode: 0o755 });
    const start = () => withDevelopmentKeys(loadConfig({ DATA_DIR }), random);
    const [first, second] = [start(), start()];
    const sealed = createVault({ keys: first.encryptionKeys, random }).seal(
      bindingOf({ ownerId: 'a', id: 'c' }),
      SECRET,
    );
    expect(
      createVault({ keys: second.encryptionKeys, random }).open(
        bindingOf({ ownerId: 'a', id: 'c' }),
        sealed.sealed,
      ),
    ).toBe(SECRET);
    expect(second.signingKeys.map((key) => key.kid)).toEqual(first.signingKeys.map((key) => key.kid));

    const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
    expect(await modeOf(DATA_DIR)).toBe('700');
    expect(await modeOf(join(DATA_DIR, 'encryption-keys'))).toBe('600');
    expect(await modeOf(join(DATA_DIR, 'jwt-private-keys.pem'))).toBe('600');
  } finally {
    await rm(parent, { recursive: true });
  }
});

test('keys from the environment leave the data folder alone; production creates none', async () => {
  const ENCRYPTION_KEYS = `k1:${random.bytes(32).toString('base64')}`;
  const DATA_DIR = join(tmpdir(), `quantgate-none-${random.uuid()}`);
  const config = loadConfig({ DATA_DIR, ENCRYPTION_KEYS });
  const signingKeys = withDevelopmentKeys(loadConfig({ DATA_DIR }), random).signingKeys;
  await rm(DATA_DIR, { recursive: true });
  expect(withDevelopmentKeys({ ...config, signingKeys }, random).encryptionKeys[0]?.kid).toBe('k1');
  await expect(stat(DATA_DIR)).rejects.toThrow('ENOENT');
  expect(() => withDevelopmentKeys({ ...config, isProduction: true }, random)).toThrow(
    'never made up in production',
  );
});
