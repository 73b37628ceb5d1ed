import { expect, test } from 'vitest';
import { type FaultRule, seededAccount, seededQuantCdnToken } from '../../../simulator/index.ts';
import {
  deploymentsOf,
  diamond,
  endOfListRun,
  type ListRun,
  listRunOf,
  RUN_LIST,
  until,
  updatesOf,
  upstreamTask,
} from '../../support/ai-task-runs.ts';
import {
  credentialsOf,
  DELETE_CREDENTIAL,
  VERIFY_CREDENTIAL,
  wrongToken,
} from '../../support/credentials.ts';
import { bootGateway, type GatewayOptions } from '../../support/gateway.ts';

/** A diamond that is being run, each deployment until the test says how it ends. */
async function bootDiamond(options: GatewayOptions = { simulator: { script: { endless: true } } }) {
  const gateway = await bootGateway(options);
  const ada = await gateway.signUpWithCredentials();
  const { simulator } = gateway;
  const taskIds: string[] = [];
  for (let index = 0; index < 4; index += 1) taskIds.push(await ada.createTask());
  const ids = diamond(simulator, 'list', taskIds);
  const runIn = (fits: (run: ListRun) => boolean) => until(() => listRunOf(ada, 'list'), fits);
  return {
    ada,
    simulator,
    ids,
    taskIds,
    runIn,
    start: () => ada.ask(RUN_LIST, { id: 'list' }),
    /** Waits for the first deployment to run. */
    begun: async () =>
      (await runIn(({ runs: [run] }) => run?.status === 'RUNNING')).runs[0]?.deploymentId ?? '',
    /** The id of the credential of an upstream. */
    credentialOf: async (provider: string) =>
      (await credentialsOf(ada)).find((one) => one.provider === provider)?.id ?? '',
    statuses: () => ids.map((id) => upstreamTask(simulator, id).status),
    deployed: () => taskIds.map((taskId) => deploymentsOf(simulator, taskId).length),
    /** How often the final status of each AI task was sent to QuantCDN. */
    timesTold: (status: string) =>
      ids.map((id) => updatesOf(simulator, id).filter((received) => received.status === status).length),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

test('a QuantConnect credential refused before the deploy pauses the run', async () => {
  await using booted = await bootDiamond({});
  const { ada, simulator, runIn } = booted;
  simulator.control.addAccount({ ...seededAccount, apiToken: wrongToken });
  await booted.start();

  await runIn(({ runs: [run] }) => run?.status === 'STARTING' && run.reason === 'CREDENTIAL_REJECTED');
  await runIn(({ reason }) => reason === 'CREDENTIAL_REJECTED');
  simulator.control.addAccount(seededAccount);
  await ada.ask(VERIFY_CREDENTIAL, { id: await booted.credentialOf('QUANTCONNECT') });

  expect(await endOfListRun(ada, 'list')).toMatchObject({ status: 'COMPLETED', reason: null });
  expect(booted.deployed()).toEqual([1, 1, 1, 1]);
});

test('a QuantConnect credential refused during a deployment pauses the run as well', async () => {
  await using booted = await bootDiamond();
  const { ada, simulator, runIn } = booted;
  await booted.start();
  const deploymentId = await booted.begun();

  simulator.control.addAccount({ ...seededAccount, apiToken: wrongToken });
  await runIn(({ runs: [run] }) => run?.status === 'RUNNING' && run.reason === 'CREDENTIAL_REJECTED');
  simulator.control.scriptAll({});
  simulator.control.endDeployment(deploymentId);
  simulator.control.addAccount(seededAccount);
  await ada.ask(VERIFY_CREDENTIAL, { id: await booted.credentialOf('QUANTCONNECT') });

  expect(await endOfListRun(ada, 'list')).toMatchObject({ status: 'COMPLETED', reason: null });
  expect(booted.timesTold('completed')).toEqual([1, 1, 1, 1]);
});

test('a QuantCDN credential refused midway delays the end until it is verified', async () => {
  await using booted = await bootDiamond();
  const { ada, simulator } = booted;
  await booted.start();
  const deploymentId = await booted.begun();

  simulator.quantcdn.removeToken(seededQuantCdnToken.name);
  simulator.control.scriptAll({});
  simulator.control.endDeployment(deploymentId);
  await until(
    () => credentialsOf(ada),
    (all) => all.some(({ provider, status }) => provider === 'QUANTCDN' && status === 'REJECTED'),
  );
  expect(booted.statuses()).toEqual(['in_progress', 'pending', 'pending', 'pending']);
  simulator.quantcdn.addToken(seededQuantCdnToken);
  await ada.ask(VERIFY_CREDENTIAL, { id: await booted.credentialOf('QUANTCDN') });

  expect(await endOfListRun(ada, 'list')).toMatchObject({ status: 'COMPLETED', reason: null });
  expect(booted.deployed()).toEqual([1, 1, 1, 1]);
  expect(booted.timesTold('completed')).toEqual([1, 1, 1, 1]);
});

test('deleting a QuantConnect credential midway fails its runs and claims no more', async () => {
  await using booted = await bootDiamond();
  const { ada, ids, simulator } = booted;
  await booted.start();
  const deploymentId = await booted.begun();

  await ada.ask(DELETE_CREDENTIAL, { id: await booted.credentialOf('QUANTCONNECT') });

  const reason = `Nobody can say how deployment ${deploymentId} ends: its credential was deleted`;
  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'FAILED',
    reason: 'CREDENTIAL_MISSING',
    runs: [{ status: 'FAILED', reason }],
  });
  expect(booted.statuses()).toEqual(['failed', 'pending', 'pending', 'pending']);
  expect(upstreamTask(simulator, ids[0] ?? '').error).toBe(reason);
});

test('deleting a QuantCDN credential midway ends its runs', async () => {
  await using booted = await bootDiamond();
  const { ada, simulator } = booted;
  await booted.start();
  await booted.begun();

  await ada.ask(DELETE_CREDENTIAL, { id: await booted.credentialOf('QUANTCDN') });
  await ada.saveQuantCdnCredential(seededQuantCdnToken);

  expect(await endOfListRun(ada, 'list')).toMatchObject({
    status: 'FAILED',
    reason: 'CREDENTIAL_MISSING',
    runs: [{ status: 'FAILED', reason: 'CREDENTIAL_MISSING' }],
  });
  expect(booted.statuses()).toEqual(['in_progress', 'pending', 'pending', 'pending']);
  expect(simulator.control.state().deployments).toHaveLength(1);
});

const cdn = { upstream: 'quantcdn' } as const;
const put = { ...cdn, operation: 'updateTask' } as const;
const create = { path: '/deployments/create' } as const;

test.each<[string, FaultRule[]]>([
  ['answers 500 for a while', [{ kind: 'status500', match: cdn, after: 8, times: 4 }]],
  ['does not answer for a while', [{ kind: 'hang', match: cdn, after: 6, times: 4 }]],
  ['loses the answers of what it was told', [{ kind: 'lostReply', match: put, times: 9 }]],
  ['breaks the connection before it is told anything', [{ kind: 'reset', match: put, after: 2, times: 6 }]],
  [
    'and QuantConnect both lose answers',
    [
      { kind: 'lostReply', match: put, chance: 0.4, times: 6 },
      { kind: 'lostReply', match: create, times: 2 },
    ],
  ],
])('QuantCDN %s: the run ends right, once', { timeout: 60_000 }, async (_what, faults) => {
  await using booted = await bootDiamond({ env: { UPSTREAM_TIMEOUT: '500ms' } });
  const { ada, simulator } = booted;
  await booted.start();
  simulator.faults.add(...faults);

  expect(await endOfListRun(ada, 'list')).toMatchObject({ status: 'COMPLETED', reason: null });
  expect(booted.statuses()).toEqual(['completed', 'completed', 'completed', 'completed']);
  expect(booted.deployed()).toEqual([1, 1, 1, 1]);
  // Some answer was spoilt; a PUT whose answer is lost is sent again, with the same values.
  expect(simulator.calls.all().some(({ fault }) => fault !== undefined)).toBe(true);
  for (const id of booted.ids) {
    const words = updatesOf(simulator, id).flatMap(({ status }) => status ?? []);
    expect(words.filter((word, index) => word !== words[index - 1])).toEqual(['in_progress', 'completed']);
  }
});
