import { expect, test } from 'vitest';
import { insertIntent, updateIntent } from '../../src/store/coordination/intents.ts';
import { countWatched } from '../../src/store/coordination/watch-share.ts';
import { ensureWatch } from '../../src/store/coordination/watches.ts';
import { insertDeployment } from '../../src/store/deployments/deployments.ts';
import { insertCredential } from '../../src/store/identity/credentials.ts';
import type { Db } from '../../src/store/store.ts';
import { credential, deployment, insertPerson, onEveryStore } from '../support/stores.ts';

const NOW = 1_700_000_000_000;

async function fill(db: Db): Promise<void> {
  for (const ownerId of ['ada', 'eve']) {
    await insertPerson(db, ownerId);
    await insertCredential(db, credential(ownerId, `of ${ownerId}`));
  }
}

function follow(db: Db, ownerId: string, scope: string): Promise<void> {
  const key = { kind: 'AI_TASK_LIST', credentialId: `of ${ownerId}`, scope } as const;
  return ensureWatch(db, { ...key, ownerId, nextLookAt: NOW, pauseMs: 100 });
}

onEveryStore((bed) => {
  test('watched deployments, lists, runs and requests with an open outcome of one owner count', async () => {
    const { store } = bed;
    const { db } = store;
    await fill(db);
    const credentialId = 'of ada';
    await insertDeployment(db, deployment('ada', 'watched', { credentialId }));
    await insertDeployment(db, deployment('ada', 'ended', { credentialId, isWatched: 0 }));
    await insertDeployment(db, deployment('eve', 'hers', { credentialId: 'of eve' }));
    await follow(db, 'ada', 'list');
    await follow(db, 'eve', 'list');
    // The watch that polls the deployments is none of its own.
    const rest = { credentialId, ownerId: 'ada', scope: 'o1', nextLookAt: NOW, pauseMs: 100 };
    await ensureWatch(db, { ...rest, kind: 'DEPLOYMENTS' });
    await ensureWatch(db, { ...rest, kind: 'AI_TASK_RUN' });
    expect(await countWatched(db, 'ada')).toBe(3);

    const add = async (key: string, operation: string, isSent: boolean) => {
      const intent = {
        ...{ ownerId: 'ada', operation, key, fingerprint: 'f', createdAt: 1, turnKey: 'turn' },
        ...{ credentialId, request: '{}', isKeyed: 1 as const },
      };
      const row = await insertIntent(db, intent, store.time(NOW, 9));
      if (row === undefined) throw new Error('The key exists');
      if (isSent) await updateIntent(db, row, { sentAt: store.time(NOW) });
      return row;
    };
    const open = await add('open', 'deployTask', true);
    await add('prompt', 'promptDeployment', true);
    await add('unsent', 'deployTask', false);
    await add('agent', 'createAgent', true);
    expect(await countWatched(db, 'ada')).toBe(5);
    await updateIntent(db, open, { result: '{}', isRecorded: 1 });
    expect(await countWatched(db, 'ada')).toBe(4);
    expect(await countWatched(db, 'eve')).toBe(2);
  });

  test('of nine that come at once for three places, on every replica, three get one', async () => {
    await fill(bed.store.db);
    const results = await Promise.all(
      Array.from({ length: 9 }, (_, index) =>
        bed.replicas[index % bed.replicas.length]!.transaction('ada', async (tx) => {
          if ((await countWatched(tx, 'ada')) >= 3) return false;
          await follow(tx, 'ada', `list ${index}`);
          return true;
        }),
      ),
    );
    expect(results.filter(Boolean)).toHaveLength(3);
    expect(await countWatched(bed.store.db, 'ada')).toBe(3);
  });
});
