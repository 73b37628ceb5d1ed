import { expect, test } from 'vitest';
import { bootGateway } from '../../support/gateway.ts';

interface EventPush {
  event: { id: string; type: string; status: string; previousStatus: string | null };
}

const EVENTS = `subscription ($id: ID!, $after: ID, $untilTerminal: Boolean) {
  event: deploymentEvents(deploymentId: $id, after: $after, untilTerminal: $untilTerminal) { id type status previousStatus }
}`;

test("a subscriber gets a deployment's events from its creation to its end", async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());

  await using events = ada.subscribe<EventPush>(EVENTS, { id, after: '0', untilTerminal: true });
  const received = (await events.rest()).map(({ event }) => [event.type, event.status]);

  expect(received[0]).toEqual(['CREATED', 'QUEUED']);
  expect(received.at(-1)).toEqual(['STATUS_CHANGED', 'COMPLETED']);
});

test('a subscriber that resumes with its cursor gets what it missed, once, in order', async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  await using first = ada.subscribe<EventPush>(EVENTS, { id, after: '0' });
  const { event } = await first.next();
  await first[Symbol.asyncDispose]();

  await using rest = ada.subscribe<EventPush>(EVENTS, { id, after: event.id, untilTerminal: true });
  await using all = ada.subscribe<EventPush>(EVENTS, { id, after: '0', untilTerminal: true });

  expect([event, ...(await rest.rest()).map((push) => push.event)]).toEqual(
    (await all.rest()).map((push) => push.event),
  );
});
