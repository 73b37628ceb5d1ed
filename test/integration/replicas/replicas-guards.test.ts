import { expect, test } from 'vitest';
import { seededOrganization } from '../../../simulator/index.ts';
import { endOfListRun, linkedTask, listRunOf, until } from '../../support/ai-task-runs.ts';
import { isPostgresMissing } from '../../support/postgres.ts';
import { bootReplicas } from '../../support/replicas.ts';

const RUN_LIST = `mutation ($guard: DeploymentGuardInput) {
  run: runAiTaskList(taskListId: "list", guard: $guard) { id }
}`;
const LOG = '{ log: deploymentEvents(first: 500) { nodes { type deploymentId reason } } }';

interface Log {
  log: { nodes: { type: string; deploymentId: string; reason: string | null }[] };
}

test.skipIf(isPostgresMissing)(
  'a guard of a list run holds over replicas, and is in the log once for each deployment',
  {
    timeout: 120_000,
  },
  async () => {
    await using replicas = await bootReplicas({
      count: 2,
      simulator: { script: { endless: true, steps: 40, stepMs: 100 } },
    });
    const { gateways, simulator } = replicas;
    const ada = await gateways[0]!.signUpWithCredentials();
    simulator.control.setCapacity(seededOrganization.id, 3);
    for (let index = 0; index < 3; index += 1) {
      linkedTask(simulator, { taskId: await ada.createTask(), taskListId: 'list', title: `Task ${index}` });
    }
    await ada.ask(RUN_LIST, { guard: { maxTurns: 30 } });
    await until(
      () => listRunOf(ada, 'list'),
      ({ runs }) => runs.length > 1,
    );

    const end = await endOfListRun(replicas.at(ada, 1), 'list');

    expect(end).toMatchObject({
      status: 'STOPPED',
      reason: expect.stringMatching(/^Guard tripped: maxTurns: /),
    });
    const { log } = await ada.ask<Log>(LOG);
    const of = (type: string) => log.nodes.filter((event) => event.type === type);
    const started = end.runs.flatMap(({ deploymentId }) => deploymentId ?? []);
    expect(
      of('GUARD_TRIPPED')
        .map(({ deploymentId }) => deploymentId)
        .toSorted(),
    ).toEqual(started.toSorted());
    const warned = of('GUARD_WARNED').map(({ deploymentId, reason }) => `${deploymentId} ${reason}`);
    expect(new Set(warned).size).toBe(warned.length);
    expect(warned.length).toBeGreaterThan(0);
  },
);
