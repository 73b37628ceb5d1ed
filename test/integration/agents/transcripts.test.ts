import { expect, test } from 'vitest';
import { seededOrganization } from '../../../simulator/index.ts';
import type { GraphQLClient } from '../../support/client.ts';
import { refusalOf } from '../../support/graphql-errors.ts';
import { bootManualGateway, type ManualGateway } from '../../support/manual-gateway.ts';
import { openMessages } from '../../support/transcripts.ts';

const READ = '/agents/deployments/conversation/read';
const PACE = { queueMs: 0, stepMs: 1_000, steps: 3, stopMs: 0 };
const CONVERSATION = `query ($id: ID!) { deployment(id: $id) {
  conversation { inputTokens messages { index parts { type ... on TextPart { text } } } files { path } failures { toolName } }
} }`;
const TRANSCRIPT = `query ($id: ID!) { transcript(deploymentId: $id) {
  readAt
  conversation { deploymentId inputTokens messages { index parts { type ... on TextPart { text } } } files { path } failures { toolName } }
  threads { callableId conversation { messages { index } } }
} }`;

async function boot(more: object = {}, env: Record<string, string> = {}) {
  const still = await bootManualGateway({ pace: PACE, ...more }, env);
  still.gateway.simulator.control.setCapacity(seededOrganization.id, 200);
  const ada = await still.gateway.signUpWithCredential();
  return { still, ada, gateway: still.gateway, [Symbol.asyncDispose]: () => still[Symbol.asyncDispose]() };
}

async function pollUntilIdle(still: ManualGateway): Promise<void> {
  for (let polls = 0; polls < 30; polls += 1) {
    const watched = await still.gateway.deps.store.db
      .selectFrom('deployments')
      .select('id')
      .where('isWatched', '=', 1)
      .execute();
    if (watched.length === 0) return;
    await still.nextPoll();
  }
  throw new Error('Something is watched for ever');
}

async function transcriptOf(user: GraphQLClient, id: string) {
  const answer = await user.request(`/v1/deployments/${id}/transcript`);
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

function readsOf({ gateway }: { gateway: ManualGateway['gateway'] }): number {
  return gateway.simulator.calls.count(READ);
}

test('100 runs that were not followed leave 100 whole transcripts, with one extra call each', async () => {
  await using running = await boot();
  const { still, ada } = running;
  const taskId = await ada.createTask('Buy and hold SPY');
  const ids: string[] = [];
  for (let count = 0; count < 100; count += 1) ids.push(await ada.deploy(taskId));
  await pollUntilIdle(still);

  const calls = running.gateway.simulator.calls.all().filter(({ path }) => path === READ);
  expect(calls).toHaveLength(100);
  for (const id of ids) {
    const { body } = await transcriptOf(ada, id);
    expect(body.messages.at(-1).parts.at(-1)).toMatchObject({
      type: 'text',
      text: expect.stringMatching(/./),
    });
    expect(body).toMatchObject({ deploymentId: id, outputTokens: 690, pageInfo: { hasNextPage: false } });
  }
  expect(readsOf(running)).toBe(100);
  const stored = await running.gateway.deps.store.db.selectFrom('messages').select('body').execute();
  expect(stored).toEqual([]);
}, 120_000);

test('Query.transcript has the shape of the conversation over both doors, and costs no upstream call', async () => {
  await using running = await boot();
  const { still, ada, gateway } = running;
  const id = await ada.deploy(await ada.createTask());
  await pollUntilIdle(still);
  const { deployment } = await ada.ask<{ deployment: object }>(CONVERSATION, { id });
  const conversation = await (await ada.request(`/v1/deployments/${id}/conversation`)).json();
  gateway.simulator.calls.reset();

  const { body, headers } = await transcriptOf(ada, id);
  const { transcript } = await ada.ask<{ transcript: Record<string, unknown> }>(TRANSCRIPT, { id });

  expect(body).toEqual({ ...conversation, readAt: expect.stringMatching(/Z$/), threads: [] });
  expect(headers.get('content-disposition')).toBe(`attachment; filename="transcript-${id}.json"`);
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(transcript).toMatchObject({ ...deployment, threads: [] });
  expect(gateway.simulator.calls.counts().total).toBe(0);
});

test('a transcript is answered after the upstream has forgotten the deployment, as conversation is', async () => {
  await using running = await boot();
  const { still, ada, gateway } = running;
  const id = await ada.deploy(await ada.createTask());
  await pollUntilIdle(still);
  const { body: before } = await transcriptOf(ada, id);
  gateway.simulator.faults.add({
    kind: 'refusal',
    message: 'Not found.',
    match: { path: READ },
    times: 'forever',
  });

  const conversation = await (await ada.request(`/v1/deployments/${id}/conversation`)).json();
  expect(before).toMatchObject(conversation);
  const { deployment } = await ada.ask<{ deployment: { conversation: object } }>(CONVERSATION, { id });
  expect(before).toMatchObject({ inputTokens: 13_500 });
  expect(deployment.conversation).toMatchObject({ inputTokens: 13_500 });

  const bob = await gateway.signUpWithCredential('bob@example.com');
  await bob.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id });
  expect((await refusalOf(ada, CONVERSATION, { id })).extensions.code).toBe('NOT_FOUND');
  expect((await transcriptOf(ada, id)).body).toEqual(before);
});

test("another user's transcript is not found, like one that never was", async () => {
  await using running = await boot();
  const { still, ada, gateway } = running;
  const id = await ada.deploy(await ada.createTask());
  await pollUntilIdle(still);
  const bob = await gateway.signUpWithCredential('bob@example.com');

  const [foreign, unknown] = [await transcriptOf(bob, id), await transcriptOf(bob, 'A-0')];
  expect(foreign.status).toBe(404);
  expect(foreign.body).toMatchObject({ code: 'NOT_FOUND', detail: unknown.body.detail });
  expect(foreign.headers.get('content-disposition')).toBeNull();
});

test('a run that a prompt began again is read again at its end, once', async () => {
  await using running = await boot();
  const { still, ada } = running;
  const id = await ada.deploy(await ada.createTask());
  await pollUntilIdle(still);
  expect(readsOf(running)).toBe(1);
  await ada.ask('mutation ($id: ID!) { promptDeployment(id: $id, prompt: "Now with bonds") { id } }', { id });
  await pollUntilIdle(still);

  expect(readsOf(running)).toBe(2);
  const { body } = await transcriptOf(ada, id);
  expect(JSON.stringify(body.messages)).toContain('Now with bonds');
});

test('a conversation that is followed is kept from the reads that are made anyway', async () => {
  await using running = await boot({ script: { endless: true } });
  const { still, ada, gateway } = running;
  const id = await ada.deploy(await ada.createTask());
  await using messages = openMessages(ada, id);
  await still.nextPoll();
  await still.advance(1_500);
  await still.nextPoll();
  await messages.next();
  const reads = readsOf(running);
  const { body } = await transcriptOf(ada, id);
  expect(body.messages.length).toBeGreaterThan(1);

  gateway.simulator.control.endDeployment(id);
  await still.nextPoll();
  expect(readsOf(running)).toBe(reads + 1);
  expect((await transcriptOf(ada, id)).body.messages.length).toBeGreaterThanOrEqual(body.messages.length);
});

test('the thread of a sub-agent is kept as far as a client has read it', async () => {
  await using running = await boot();
  const { still, ada } = running;
  const { callable } = await ada.ask<{ callable: { id: string } }>(
    'mutation { callable: createAgent(input: { name: "Wren" }) { id } }',
  );
  const { agent } = await ada.ask<{ agent: { id: string } }>(
    `mutation ($input: CreateAgentInput!) { agent: createAgent(input: $input) { id } }`,
    { input: { name: 'Heron', subAgents: [{ agentId: callable.id }] } },
  );
  const { task } = await ada.ask<{ task: { id: string } }>(
    'mutation ($input: CreateTaskInput!) { task: createTask(input: $input) { id } }',
    { input: { agentId: agent.id, name: 't', prompt: 'p' } },
  );
  const id = await ada.deploy(task.id);
  await pollUntilIdle(still);
  const whole = (await transcriptOf(ada, id)).body;
  expect(whole.threads).toEqual([]);
  const callableId = /"callableId":"(C-[0-9a-f]+)"/.exec(JSON.stringify(whole.messages))?.[1] ?? '';

  const thread = await (
    await ada.request(`/v1/deployments/${id}/conversation?callableId=${callableId}`)
  ).json();
  const { body } = await transcriptOf(ada, id);

  expect(body.messages).toEqual(whole.messages);
  expect(body.threads).toMatchObject([{ ...thread, callableId }]);
  const { transcript } = await ada.ask<{ transcript: { threads: object[] } }>(TRANSCRIPT, { id });
  expect(transcript.threads).toMatchObject([{ callableId }]);
});

test('a read that fails is made again at later polls, and fails no poll', async () => {
  await using running = await boot();
  const { still, ada, gateway } = running;
  // Three attempts of one read, and one more poll.
  gateway.simulator.faults.add({ kind: 'html', match: { path: READ }, times: 2 });
  const id = await ada.deploy(await ada.createTask());
  await pollUntilIdle(still);

  expect((await transcriptOf(ada, id)).status).toBe(200);
  const { log } = await ada.ask<{ log: { nodes: { type: string }[] } }>(
    'query ($id: ID!) { log: deploymentEvents(deploymentId: $id) { nodes { type } } }',
    { id },
  );
  expect(log.nodes.map(({ type }) => type)).not.toContain('WATCH_DEGRADED');
  expect(gateway.logLines.filter((line) => line.includes('poll failed'))).toEqual([]);
});

test('a conversation that can never be read is given up after ten minutes, and the watch ends', async () => {
  await using running = await boot({}, { UPSTREAM_MAX_BYTES: '30kb' });
  const { still, ada, gateway } = running;
  gateway.simulator.faults.add({ kind: 'huge', bytes: 100_000, match: { path: READ }, times: 'forever' });
  const id = await ada.deploy(await ada.createTask());
  await still.nextPoll();
  await still.advance(10_000);
  await still.nextPoll();
  const began = still.clock.now();
  await pollUntilIdle(still);

  expect(still.clock.now() - began).toBeGreaterThan(500_000);
  await ada.signIn('ada@example.com');
  expect((await transcriptOf(ada, id)).status).toBe(404);
  expect(gateway.logLines.join('\n')).toContain('its transcript is missing');
});

test('with TRANSCRIPT_RETENTION=off a conversation is read once, for its usage, and none is kept', async () => {
  await using running = await boot({}, { TRANSCRIPT_RETENTION: 'off' });
  const { still, ada } = running;
  const id = await ada.deploy(await ada.createTask());
  await pollUntilIdle(still);

  expect(readsOf(running)).toBe(1);
  expect((await transcriptOf(ada, id)).status).toBe(404);
});

test('a transcript older than its retention is not answered, and is gone within a minute', async () => {
  await using running = await boot({}, { TRANSCRIPT_RETENTION: '5m' });
  const { still, ada, gateway } = running;
  const { db } = gateway.deps.store;
  const id = await ada.deploy(await ada.createTask());
  await pollUntilIdle(still);
  gateway.deps.housekeeping.start();
  await still.advance(280_000);
  expect((await transcriptOf(ada, id)).status).toBe(200);
  await still.advance(20_000);
  expect((await transcriptOf(ada, id)).status).toBe(404);
  await still.advance(60_000);
  await expect.poll(() => db.selectFrom('transcripts').select('deploymentId').execute()).toEqual([]);
  gateway.deps.housekeeping.stop();
});
