import { expect, test } from 'vitest';
import { seededOrganization } from '../../../simulator/index.ts';
import { isPostgresMissing } from '../../support/postgres.ts';
import { bootReplicas } from '../../support/replicas.ts';

const READ = '/agents/deployments/conversation/read';

test.skipIf(isPostgresMissing)(
  'on three replicas each run is read once at its end, also when one of them stops meanwhile',
  async () => {
    await using replicas = await bootReplicas({ simulator: { script: { endless: true } } });
    const { gateways, simulator } = replicas;
    simulator.control.setCapacity(seededOrganization.id, 50);
    const ada = await gateways[0]!.signUpWithCredential();
    const taskId = await ada.createTask();
    const ids: string[] = [];
    for (let count = 0; count < 20; count += 1) ids.push(await ada.deploy(taskId));

    for (const id of ids.slice(0, 10)) simulator.control.endDeployment(id);
    const kept = async () =>
      (await gateways[1]!.deps.store.db.selectFrom('transcripts').select('deploymentId').execute()).length;
    await expect.poll(kept, { timeout: 20_000 }).toBe(10);
    await gateways[0]!.deps.poller.stop();
    for (const id of ids.slice(10)) simulator.control.endDeployment(id);
    await expect.poll(kept, { timeout: 20_000 }).toBe(20);

    const reads = simulator.calls.all().filter(({ path }) => path === READ);
    expect(reads).toHaveLength(20);
    const there = replicas.at(ada, 2);
    for (const id of ids) {
      const { messages } = await (await there.request(`/v1/deployments/${id}/transcript`)).json();
      expect(messages.length).toBeGreaterThan(1);
    }
  },
  60_000,
);
