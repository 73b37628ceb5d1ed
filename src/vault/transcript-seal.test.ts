import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { newWrappingKey } from '../../test/support/auth-app.ts';
import { systemRandom as random } from '../lib/random.ts';
import { transcriptBindingOf } from './binding.ts';
import { createTranscriptSeal } from './transcript-seal.ts';
import { createVault } from './vault.ts';

const PLACE = { ownerId: 'ada', deploymentId: 'A-1', thread: '' };

test('a transcript opens in its own place, and is smaller than its text', async () => {
  const seal = createTranscriptSeal(createVault({ keys: [newWrappingKey('k1')], random }));
  const text = JSON.stringify({ messages: Array(10_000).fill('Bought and held 💡') });
  const sealed = await seal.seal(PLACE, text);
  expect(await seal.open({ ...PLACE, ...sealed })).toBe(text);
  expect(sealed.body.length).toBeLessThan(text.length / 10);
  expect(sealed.kid).toBe('k1');
});

test('a transcript of five megabytes that cannot be compressed is sealed and opened', async () => {
  const seal = createTranscriptSeal(createVault({ keys: [newWrappingKey('k1')], random }));
  const text = randomBytes(2_500_000).toString('hex');
  expect(await seal.open({ ...PLACE, ...(await seal.seal(PLACE, text)) })).toBe(text);
});

test.each([
  [{ ownerId: 'bob' }],
  [{ deploymentId: 'A-2' }],
  [{ thread: 'C-1' }],
  [{ body: '{}' }],
  [{ wrappedKey: 'no json' }],
])('a transcript that was changed or moved does not open: %j', async (change) => {
  const seal = createTranscriptSeal(createVault({ keys: [newWrappingKey('k1')], random }));
  const sealed = await seal.seal(PLACE, 'said');
  await expect(seal.open({ ...PLACE, ...sealed, ...change })).rejects.toThrow('Internal error');
});

test('a data key that was wrapped again opens the same body, and not with the former key', async () => {
  const [former, next] = [newWrappingKey('k1'), newWrappingKey('k2')];
  const sealed = await createTranscriptSeal(createVault({ keys: [former], random })).seal(PLACE, 'said');
  const both = createVault({ keys: [next, former], random });
  const rewrapped = both.rewrapKey(transcriptBindingOf(PLACE), sealed.wrappedKey);
  const row = { ...PLACE, ...sealed, ...rewrapped };
  expect(row.kid).toBe('k2');
  expect(await createTranscriptSeal(createVault({ keys: [next], random })).open(row)).toBe('said');
  await expect(createTranscriptSeal(createVault({ keys: [former], random })).open(row)).rejects.toThrow();
});
