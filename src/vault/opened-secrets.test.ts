import { expect, test, vi } from 'vitest';
import { createManualClock } from '../../test/support/manual-clock.ts';
import { createOpenedSecrets } from './opened-secrets.ts';
import type { Vault } from './vault.ts';

const PLACE = { ownerId: 'ada', credentialId: 'c1', field: 'apiToken' };

function setUp() {
  const clock = createManualClock();
  const open = vi.fn<Vault['open']>(({ credentialId, field }, sealed) => {
    if (`${credentialId} ${field}` !== 'c1 apiToken') throw new Error('sealed for another place');
    return `opened ${sealed}`;
  });
  return { clock, open, secrets: createOpenedSecrets({ vault: { open } as Partial<Vault> as Vault, clock }) };
}

test('a secret in use is opened once in a few seconds', async () => {
  const { clock, open, secrets } = setUp();
  expect([secrets.open(PLACE, 'a'), secrets.open({ ...PLACE }, 'a')]).toEqual(['opened a', 'opened a']);
  expect(open).toHaveBeenCalledTimes(1);
  await clock.advance(5_000);
  secrets.open(PLACE, 'a');
  expect(open).toHaveBeenCalledTimes(2);
});

test('a secret that was replaced is opened anew', () => {
  const { secrets } = setUp();
  secrets.open(PLACE, 'a');
  expect(secrets.open(PLACE, 'b')).toBe('opened b');
});

test.each([{ credentialId: 'c2' }, { field: 'other' }, { ownerId: 'eve', credentialId: 'c2' }])(
  'a remembered secret is not given to another place: %j',
  (other) => {
    const { secrets } = setUp();
    secrets.open(PLACE, 'a');
    expect(() => secrets.open({ ...PLACE, ...other }, 'a')).toThrow('sealed for another place');
  },
);
