import { expect, test } from 'vitest';
import { seededAccount } from '../../../simulator/index.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { bootManualGateway, type ManualGateway, POLL_MAX_MS } from '../../support/manual-gateway.ts';

const SCRIPT = { script: { endless: true }, pace: 'instant' as const };
const EVENTS = 'query ($id: ID!) { log: deploymentEvents(deploymentId: $id) { nodes { type reason } } }';
const NEW_TOKEN = 'e'.repeat(64);

async function eventsOf(client: GraphQLClient, id: string): Promise<unknown[]> {
  const { log } = await client.ask<{ log: { nodes: { type: string; reason: string | null }[] } }>(EVENTS, {
    id,
  });
  return log.nodes.slice(2).map(({ type, reason }) => [type, reason]);
}

async function credentialOf(client: GraphQLClient): Promise<{ id: string; status: string }> {
  const { viewer } = await client.ask<{ viewer: { credentials: { id: string; status: string }[] } }>(
    '{ viewer { credentials { id status } } }',
  );
  return viewer.credentials[0] as { id: string; status: string };
}

/** A running deployment whose credential has just been refused. */
async function rejected(still: ManualGateway) {
  const ada = await still.gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const id = await ada.deploy(taskId);
  for (let look = 0; look < 3; look += 1) await still.nextPoll();
  still.gateway.simulator.control.addAccount({ ...seededAccount, apiToken: NEW_TOKEN });
  await still.nextPoll();
  still.newCalls();
  return { ada, id, taskId };
}

/** Runs all due polls over a long time. */
async function wait(still: ManualGateway): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    await still.advance(POLL_MAX_MS);
    await still.gateway.deps.poller.tick();
  }
}

test('a refused credential is not used again by itself, and an event says so', async () => {
  await using still = await bootManualGateway(SCRIPT);
  const { ada, id } = await rejected(still);
  expect((await credentialOf(ada)).status).toBe('REJECTED');
  expect(await eventsOf(ada, id)).toEqual([['WATCH_DEGRADED', 'CREDENTIAL_REJECTED']]);

  await using _messages = ada.subscribe(
    'subscription ($id: ID!) { conversationMessages(deploymentId: $id) { index } }',
    { id },
  );
  await wait(still);
  expect(still.newCalls()).toEqual([]);
});

test('a refused credential reads no messages of a finished deployment', async () => {
  await using still = await bootManualGateway({ pace: 'instant' });
  const ada = await still.gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  for (let look = 0; look < 3; look += 1) await still.nextPoll();
  await wait(still);
  still.gateway.simulator.control.addAccount({ ...seededAccount, apiToken: NEW_TOKEN });
  await ada.graphql('{ agents { id } }');
  expect((await credentialOf(ada)).status).toBe('REJECTED');
  still.newCalls();

  await using _messages = ada.subscribe(
    'subscription ($id: ID!) { conversationMessages(deploymentId: $id) { index } }',
    { id },
  );
  await expect
    .poll(() => still.gateway.deps.store.db.selectFrom('watches').selectAll().execute())
    .toHaveLength(1);
  await wait(still);
  expect(still.newCalls()).toEqual([]);

  still.gateway.simulator.control.addAccount(seededAccount);
  await ada.ask('mutation ($id: ID!) { verifyCredential(id: $id) { status } }', await credentialOf(ada));
  still.newCalls();
  await still.nextPoll();
  expect(still.newCalls()).toContain('/agents/deployments/conversation/read');
});

const restorations: [string, (still: ManualGateway, ada: GraphQLClient, id: string) => Promise<unknown>][] = [
  [
    'verified',
    async (still, ada) => {
      still.gateway.simulator.control.addAccount(seededAccount);
      return ada.ask('mutation ($id: ID!) { verifyCredential(id: $id) { status } }', await credentialOf(ada));
    },
  ],
  [
    'replaced',
    async (_still, ada) =>
      ada.ask(
        'mutation ($id: ID!, $input: UpdateCredentialInput!) { updateCredential(id: $id, input: $input) { status } }',
        {
          ...(await credentialOf(ada)),
          input: { apiToken: NEW_TOKEN },
        },
      ),
  ],
  ['saved again', (_still, ada) => ada.saveCredential({ ...seededAccount, apiToken: NEW_TOKEN })],
  [
    "used by its owner's own request",
    (still, ada) => {
      still.gateway.simulator.control.addAccount(seededAccount);
      return ada.ask('{ agents { id } }');
    },
  ],
];
test.each(restorations)('once the credential was %s, watching goes on', async (_how, restore) => {
  await using still = await bootManualGateway(SCRIPT);
  const { ada, id } = await rejected(still);
  await restore(still, ada, id);
  expect((await credentialOf(ada)).status).toBe('VERIFIED');
  still.gateway.simulator.control.endDeployment(id, 'Failed');
  expect(await still.nextPoll()).toBe(0);

  expect((await eventsOf(ada, id)).map((received) => (received as string[])[0]).sort()).toEqual([
    'STATUS_CHANGED',
    'WATCH_DEGRADED',
    'WATCH_RECOVERED',
  ]);
});

test('a late refusal of the old secret does not count against the new one', async () => {
  await using still = await bootManualGateway(SCRIPT);
  const { gateway } = still;
  const ada = await gateway.signUpWithCredential();
  await ada.deploy(await ada.createTask());
  for (let look = 0; look < 3; look += 1) await still.nextPoll();
  const { faults, control } = gateway.simulator;
  control.addAccount({ ...seededAccount, apiToken: NEW_TOKEN });
  faults.add({ kind: 'slow', delayMs: 500, match: { path: '/agents/tasks/list' } });
  await still.advance(POLL_MAX_MS);
  still.newCalls();
  const late = gateway.deps.poller.tick();
  await expect.poll(() => still.newCalls()).toEqual(['/agents/tasks/list']);
  await ada.saveCredential({ ...seededAccount, apiToken: NEW_TOKEN });
  await late;

  expect((await credentialOf(ada)).status).toBe('VERIFIED');
});

test('a deployment whose task is gone is still followed to its end', async () => {
  await using still = await bootManualGateway(SCRIPT);
  const { gateway } = still;
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const id = await ada.deploy(taskId);
  const other = await ada.deploy(await ada.createTask());
  await ada.ask('mutation ($id: ID!) { deleteTask(id: $id) }', { id: taskId });
  for (let look = 0; look < 4; look += 1) await still.nextPoll();
  gateway.simulator.control.endDeployment(other);
  for (let look = 0; look < 4; look += 1) await still.nextPoll();

  const statusOf = async (deploymentId: string): Promise<string | undefined> => {
    const { log } = await ada.ask<{ log: { nodes: { status: string }[] } }>(
      'query ($id: ID!) { log: deploymentEvents(deploymentId: $id) { nodes { status } } }',
      { id: deploymentId },
    );
    return log.nodes.at(-1)?.status;
  };
  expect([await statusOf(id), await statusOf(other)]).toEqual(['RUNNING', 'COMPLETED']);
  gateway.simulator.control.endDeployment(id);
  await still.nextPoll();
  await still.nextPoll();
  expect(await statusOf(id)).toBe('COMPLETED');
});

test('a credential that is deleted during a poll: its late answer is dropped, and nothing more is called', async () => {
  await using still = await bootManualGateway(SCRIPT);
  const { gateway } = still;
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  for (let look = 0; look < 3; look += 1) await still.nextPoll();
  const before = await eventsOf(ada, id);
  const { faults, control } = gateway.simulator;
  faults.add({ kind: 'slow', delayMs: 400, match: { path: '/agents/tasks/list' } });
  still.newCalls();
  await still.advance(POLL_MAX_MS);
  const late = gateway.deps.poller.tick();
  await expect.poll(() => still.newCalls()).toEqual(['/agents/tasks/list']);

  control.endDeployment(id);
  const credential = await credentialOf(ada);
  await ada.ask('mutation ($id: ID!) { deleteCredential(id: $id) }', { id: credential.id });
  await late;
  await wait(still);
  expect(still.newCalls()).toEqual([]);
  expect(await eventsOf(ada, id)).toEqual(before);
});
