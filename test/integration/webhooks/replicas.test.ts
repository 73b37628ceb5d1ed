import { expect, test } from 'vitest';
import { systemRandom as random } from '../../../src/lib/random.ts';
import { readDeliveries } from '../../../src/store/webhooks/deliveries.ts';
import { bootGateway } from '../../support/gateway.ts';
import { isPostgresMissing, temporaryDatabase } from '../../support/postgres.ts';
import { startReceiver, writeEvents } from '../../support/webhooks.ts';

test.skipIf(isPostgresMissing)(
  'two replicas share the webhooks: each event comes once and in order, whichever of them delivers it',
  async () => {
    await using database = await temporaryDatabase();
    await using receiver = await startReceiver();
    const env = {
      DATABASE_URL: database.url,
      WEBHOOK_ALLOW_PRIVATE: 'true',
      ENCRYPTION_KEYS: `k1:${random.bytes(32).toString('base64')}`,
    };
    await using one = await bootGateway({ env, polls: false });
    await using other = await bootGateway({ env, polls: false });
    const ada = await one.signUp();
    const { id: ownerId } = (await (await ada.request('/v1/me')).json()) as { id: string };
    const hooks = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        ada.post<{ id: string }>('/v1/webhooks', { url: `${receiver.url}/${name}` }),
      ),
    );
    const names: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const more = Array.from({ length: 5 }, (_, index) => `A-${round}-${index}`);
      await writeEvents(round % 2 === 0 ? one : other, ownerId, more);
      names.push(...more);
      await Promise.all([one, other, one].map(({ deps }) => deps.webhookDeliverer.tick()));
    }
    await one.deps.webhookDeliverer.tick();
    const ofHook = (id: string) =>
      receiver.received.filter(({ headers }) => String(headers['webhook-id']).startsWith(`msg_${id}_`));
    for (const { id } of hooks) {
      expect(ofHook(id).map(({ message }) => message.data.deploymentId)).toEqual(names);
      expect(await readDeliveries(one.deps.store.db, id, undefined, 100)).toHaveLength(names.length);
    }
  },
);
