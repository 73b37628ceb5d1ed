import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { seededOrganization } from '../../../simulator/index.ts';
import { idsOfLog } from '../../support/log.ts';
import { isPostgresMissing } from '../../support/postgres.ts';
import { bootReplicas } from '../../support/replicas.ts';

interface Event {
  event: { id: string; deploymentId: string; status: string };
}

const EVENTS = `subscription ($after: ID) { event: deploymentEvents(after: $after) { id deploymentId status } }`;
const LIST = '/agents/tasks/list';

describe.skipIf(isPostgresMissing)('three replicas on one database', () => {
  test('a subscriber at any replica gets every event in order, whichever polls', async () => {
    await using replicas = await bootReplicas();
    const [first] = replicas.gateways;
    const ada = await first!.signUpWithCredential();
    const taskId = await ada.createTask();
    replicas.simulator.control.setCapacity(seededOrganization.id, 9);
    await using listener = replicas.at(ada, 1).subscribe<Event>(EVENTS, { after: '0' });
    const ids = await Promise.all([0, 1, 2, 0, 1, 2].map((index) => replicas.at(ada, index).deploy(taskId)));

    const ended = new Set<string>();
    const received = await listener.until(({ event }) => {
      if (event.status === 'COMPLETED') ended.add(event.deploymentId);
      return ended.size === ids.length;
    }, 30_000);

    expect(received.map(({ event }) => event.id)).toEqual(await idsOfLog(first!.deps.store.db));
    expect(new Set(received.map(({ event }) => event.deploymentId))).toEqual(new Set(ids));
  });

  test('three replicas poll a credential no more often than one', async () => {
    const looks = async (count: number): Promise<number> => {
      await using replicas = await bootReplicas({
        count,
        env: { POLL_INTERVAL: '200ms', POLL_INTERVAL_MAX: '200ms' },
      });
      const ada = await replicas.gateways[0]!.signUpWithCredential();
      replicas.simulator.control.scriptAll({ endless: true });
      await ada.deploy(await ada.createTask());
      await pause(300);
      const before = replicas.simulator.calls.all().filter(({ path }) => path.endsWith(LIST)).length;
      await pause(4_000);
      const after = replicas.simulator.calls.all().filter(({ path }) => path.endsWith(LIST)).length;
      return after - before;
    };
    const [alone, together] = [await looks(1), await looks(3)];
    console.log(`looks in 4 s: ${alone} by one replica, ${together} by three`);
    expect(together).toBeLessThanOrEqual(alone * 1.3 + 1);
    expect(together).toBeGreaterThan(0);
  });

  test('a hundred deploys with one key on all replicas: one create, equal answers', async () => {
    await using replicas = await bootReplicas();
    const ada = await replicas.gateways[0]!.signUpWithCredential();
    const taskId = await ada.createTask();
    const clients = [0, 1, 2].map((index) => replicas.at(ada, index));
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => clients[index % 3]!.deploy(taskId, { key: 'once' })),
    );
    expect(new Set(answers).size).toBe(1);
    const creates = replicas.simulator.calls.all().filter(({ path }) => path.endsWith('/deployments/create'));
    expect(creates).toHaveLength(1);
  });

  test('the watches of a stopping replica go to the others', async () => {
    await using replicas = await bootReplicas();
    const ada = await replicas.gateways[2]!.signUpWithCredential();
    const taskId = await ada.createTask();
    await using listener = replicas.at(ada, 0).subscribe<Event>(EVENTS, { after: '0' });
    const id = await ada.deploy(taskId);
    await replicas.gateways[1]!.deps.poller.stop();
    await replicas.gateways[2]!.deps.poller.stop();
    const received = await listener.until(({ event }) => event.status === 'COMPLETED', 30_000);
    expect(received.at(-1)?.event.deploymentId).toBe(id);
  });

  test('ten replicas start at once on an empty database', async () => {
    await using replicas = await bootReplicas({
      count: 10,
      env: { ADMIN_EMAIL: 'root@example.com', ADMIN_PASSWORD: 'correct horse battery staple' },
    });
    const ready = await Promise.all(
      replicas.gateways.map(async ({ url }) => (await fetch(`${url}/readyz`)).status),
    );
    expect(ready).toEqual(Array.from({ length: 10 }, () => 200));
    expect(await replicas.database.run('select count(*)::int as users from users')).toEqual([{ users: 1 }]);
  });
});
