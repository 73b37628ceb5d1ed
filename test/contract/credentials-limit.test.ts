import { expect, test } from 'vitest';
import { systemRandom } from '../../src/lib/random.ts';
import { createCredentialVaulting } from '../../src/services/credentials/vaulting.ts';
import { listCredentials } from '../../src/store/identity/credentials.ts';
import type { Store } from '../../src/store/store.ts';
import { insertPerson, onEveryStore } from '../support/stores.ts';

/** Stores credentials of a process whose upstream takes every secret, once `verified` says so. */
function vaultingOf(store: Store, verified: () => Promise<unknown>) {
  const provider = { verify: verified };
  return createCredentialVaulting({
    store,
    vault: { seal: () => ({ kid: 'k1', sealed: '{}' }) } as never,
    health: {} as never,
    clock: { now: () => 1, evenMs: () => 1 },
    random: systemRandom,
    logger: {} as never,
    providers: { QUANTCONNECT: provider, QUANTCDN: provider } as never,
    verifications: { count: async () => undefined },
    maxPerOwner: 3,
  });
}

onEveryStore((bed) => {
  test('of two credentials saved at once for the last place, by two processes, one is stored', async () => {
    await insertPerson(bed.store.db, 'ada');
    await insertPerson(bed.store.db, 'grace');
    const both = Promise.withResolvers<void>();
    let verifying = 0;
    // Both have found a place free by then.
    const meeting = (): Promise<void> => {
      verifying += 1;
      if (verifying === 2) both.resolve();
      return both.promise;
    };
    const credential = (label: string) =>
      ({ provider: 'QUANTCONNECT', label, account: '1', organizationId: null, apiToken: 'secret' }) as const;
    const alone = vaultingOf(bed.store, async () => undefined);
    for (const label of ['first', 'second']) await alone.save('ada', credential(label));
    const [here, there = here] = bed.replicas.map((store) => vaultingOf(store, meeting));

    const saved = await Promise.allSettled([
      here?.save('ada', credential('third')),
      there?.save('ada', credential('fourth')),
    ]);
    expect(saved.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(saved.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { code: 'RATE_LIMITED' },
    });
    expect(await listCredentials(bed.store.db, 'ada')).toHaveLength(3);
    await alone.save('grace', credential('hers'));
  });
});
