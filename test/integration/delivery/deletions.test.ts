import { expect, test } from 'vitest';
import type { GraphQLAnswer } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';

interface EventPush {
  event: { type: string; status: string };
}

const OF_ONE = `subscription ($id: ID!) { event: deploymentEvents(deploymentId: $id, after: "0") { type status } }`;
const OF_TASK = `subscription ($taskId: ID!) { event: deploymentEvents(taskId: $taskId) { type status } }`;
const MESSAGES = `subscription ($id: ID!) { message: conversationMessages(deploymentId: $id) { index } }`;
const ENDLESS = { simulator: { script: { endless: true } } };

function codeOf(failure: unknown): unknown {
  return (failure as GraphQLAnswer['errors'])?.[0]?.extensions.code;
}

test('deleting the credential ends its streams with CREDENTIAL_MISSING and all calls', async () => {
  await using gateway = await bootGateway(ENDLESS);
  const ada = await gateway.signUpWithCredential();
  const taskId = await ada.createTask();
  const id = await ada.deploy(taskId);
  await using ofOne = ada.subscribe<EventPush>(OF_ONE, { id });
  await using ofTask = ada.subscribe<EventPush>(OF_TASK, { taskId });
  await using messages = ada.subscribe(MESSAGES, { id });
  await Promise.all([ofOne.until(({ event }) => event.status === 'RUNNING'), ofTask.next(), messages.next()]);

  const { viewer } = await ada.ask<{ viewer: { credentials: { id: string }[] } }>(
    '{ viewer { credentials { id } } }',
  );
  await ada.ask('mutation ($id: ID!) { deleteCredential(id: $id) }', { id: viewer.credentials[0]?.id });
  const failures = await Promise.all([ofOne.failure(), ofTask.failure(), messages.failure()]);
  expect(failures.map(codeOf)).toEqual(Array(3).fill('CREDENTIAL_MISSING'));

  await gateway.deps.poller.stop();
  const calls = gateway.simulator.calls.count();
  await gateway.deps.poller.start();
  await gateway.deps.poller.tick();
  expect(gateway.simulator.calls.count()).toBe(calls);
});

test('deleting the deployment is emitted, and completes its stream', async () => {
  await using gateway = await bootGateway(ENDLESS);
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await using events = ada.subscribe<EventPush>(OF_ONE, { id });
  await using messages = ada.subscribe(MESSAGES, { id });
  await Promise.all([events.until(({ event }) => event.status === 'RUNNING'), messages.next()]);

  await ada.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id });
  expect((await events.rest()).map(({ event }) => event.type)).toEqual(['DELETED']);
  await messages.rest();
});

test('a subscriber that leaves stops nothing', async () => {
  await using gateway = await bootGateway(ENDLESS);
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  for (const query of [OF_ONE, OF_ONE, MESSAGES]) {
    await using stream = ada.subscribe(query, { id });
    await stream.next();
  }
  await using witness = ada.subscribe<EventPush>(OF_ONE, { id });
  await witness.until(({ event }) => event.status === 'RUNNING');
  await witness[Symbol.asyncDispose]();
  await ada.post('/v1/auth/logout', {});

  await gateway.deps.poller.stop();
  await gateway.deps.poller.tick();
  const [deployment] = gateway.simulator.control.state().deployments;
  expect(deployment?.status).toBe('Running');
  expect(gateway.simulator.calls.count('/deployments/stop')).toBe(0);
});

const FROM = `subscription ($id: ID!, $after: ID, $untilTerminal: Boolean) {
  event: deploymentEvents(deploymentId: $id, after: $after, untilTerminal: $untilTerminal) { type status }
}`;

test('a subscriber that resumes after the deletion gets it, then completion', async () => {
  await using gateway = await bootGateway(ENDLESS);
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await ada.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id });

  const log = `query ($id: ID) { page: deploymentEvents(deploymentId: $id, first: 1) { nodes { id } } }`;
  const { page } = await ada.ask<{ page: { nodes: { id: string }[] } }>(log, { id });
  await using events = ada.subscribe<EventPush>(FROM, { id, after: page.nodes[0]?.id });
  const received = await events.rest();
  expect(received[0]?.event.type).not.toBe('CREATED');
  expect(received.at(-1)?.event.type).toBe('DELETED');
});

test('a subscriber that resumes without its credential gets the log, then the reason', async () => {
  await using gateway = await bootGateway(ENDLESS);
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  const { viewer } = await ada.ask<{ viewer: { credentials: { id: string }[] } }>(
    '{ viewer { credentials { id } } }',
  );
  await ada.ask('mutation ($id: ID!) { deleteCredential(id: $id) }', { id: viewer.credentials[0]?.id });

  await using events = ada.subscribe<EventPush>(FROM, { id, after: '0' });
  expect((await events.next()).event.type).toBe('CREATED');
  expect(codeOf(await events.failure())).toBe('CREDENTIAL_MISSING');
});
