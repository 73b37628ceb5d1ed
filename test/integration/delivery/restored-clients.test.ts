import { describe, expect, test } from 'vitest';
import { type SimulatorOptions, startSimulator } from '../../../simulator/index.ts';
import { wakeAllWatches } from '../../../src/store/coordination/watches.ts';
import { CHANGES, type PushedTask } from '../../support/ai-lists.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import type { Gateway } from '../../support/gateway.ts';
import { RESTORABLE, type RestorableGateway } from '../../support/restored-gateway.ts';
import { openEvents } from '../../support/sse-client.ts';

interface Message {
  index: number;
  parts: object[];
}

const MESSAGE = 'index parts { ... on TextPart { text } }';
const MESSAGES = `subscription ($id: ID!, $after: Int) {
  message: conversationMessages(deploymentId: $id, after: $after) { ${MESSAGE} }
}`;
const CONVERSATION = `query ($id: ID!) { deployment(id: $id) { conversation { messages { ${MESSAGE} } } } }`;
const LIST_EVENTS = '/v1/ai-task-lists/l1/events';

async function signInAgain({ url }: Gateway): Promise<GraphQLClient> {
  const client = createGraphQLClient(url);
  await client.signIn('ada@example.com');
  return client;
}

async function poll({ deps }: Gateway): Promise<void> {
  await wakeAllWatches(deps.store.db, deps.store.time(Date.now()));
  await deps.poller.tick();
}

/** Resolves when the store says that the list, or the messages of a deployment, are followed. */
async function untilFollowed({ deps }: Gateway, what: 'list' | 'messages'): Promise<void> {
  const { db } = deps.store;
  const isFollowed = async (): Promise<boolean> => {
    if (what === 'list') return (await db.selectFrom('watches').select('scope').execute()).some(isOfList);
    const rows = await db.selectFrom('deployments').select('messagesWantedUntil').execute();
    return rows.some(({ messagesWantedUntil }) => messagesWantedUntil > 0);
  };
  await expect.poll(isFollowed).toBe(true);
}

function isOfList({ scope }: { scope: string }): boolean {
  return scope === 'l1';
}

describe.each(RESTORABLE)('restored from $name', ({ boot }) => {
  const bootWith = async (options: SimulatorOptions) => {
    const upstream = await startSimulator({ pace: 'fast', ...options });
    const restorable: RestorableGateway = await boot(upstream);
    return {
      upstream,
      restorable,
      async [Symbol.asyncDispose]() {
        await restorable[Symbol.asyncDispose]();
        await upstream.close();
      },
    };
  };

  test('a client of a list misses no change after a cursor of the lost time, however it reads', async () => {
    await using world = await bootWith({});
    const { upstream, restorable } = world;
    const before = restorable.gateway;
    const id = upstream.quantcdn.createTask('acme', { title: 'Draft', taskListId: 'l1' });
    const ada = await before.signUpWithCredentials();
    const { cursor: lost } = await (async () => {
      await using stream = ada.subscribe<PushedTask>(CHANGES, { list: 'l1', after: '0' });
      await untilFollowed(before, 'list');
      await poll(before);
      expect((await stream.next()).task).toMatchObject({ title: 'Draft' });
      await restorable.copy();
      for (const title of ['Lost', 'Lost too']) {
        upstream.quantcdn.updateTask(id, { title });
        await poll(before);
      }
      const [, last] = [await stream.next(), await stream.next()];
      return last.task;
    })();

    const gateway = await restorable.restore();
    const client = await signInAgain(gateway);
    const readPage = async () => (await client.request(`${LIST_EVENTS}?after=${lost}`)).json();
    expect(await readPage()).toMatchObject({ events: [], endCursor: lost });
    await using socket = client.subscribe<PushedTask>(CHANGES, { list: 'l1', after: lost });
    await using stream = await openEvents(`${gateway.url}${LIST_EVENTS}`, client.tokens.accessToken, {
      headers: { 'last-event-id': lost },
    });
    await untilFollowed(gateway, 'list');
    upstream.quantcdn.updateTask(id, { title: 'Final' });
    await poll(gateway);

    expect((await socket.next()).task).toMatchObject({ id, title: 'Final' });
    expect((await stream.next()).json).toMatchObject({ kind: 'TASK', task: { id, title: 'Final' } });
    expect(await readPage()).toMatchObject({ events: [{ kind: 'TASK', task: { title: 'Final' } }] });
    expect(socket.pending()).toEqual([]);
  });

  test('a client of a conversation gets every message after the last one of the lost time', async () => {
    const script = { endless: true, messages: 4, steps: 12, stepMs: 1_000 };
    await using world = await bootWith({ manualClock: true, startMs: Date.now(), script });
    const { upstream, restorable } = world;
    const before = restorable.gateway;
    const ada = await before.signUpWithCredential();
    const id = await ada.deploy(await ada.createTask());
    const advance = async (gateway: Gateway): Promise<void> => {
      upstream.clock.advance(2_000);
      await poll(gateway);
    };
    await advance(before);
    const lastLost = await (async () => {
      await using stream = ada.subscribe<{ message: Message }>(MESSAGES, { id });
      await untilFollowed(before, 'messages');
      await restorable.copy();
      await advance(before);
      await advance(before);
      await stream.until(({ message }) => message.index > 0);
      return Math.max(...stream.pending().map(({ message }) => message.index), 1);
    })();

    const gateway = await restorable.restore();
    const client = await signInAgain(gateway);
    await using stream = client.subscribe<{ message: Message }>(MESSAGES, { id, after: lastLost });
    await untilFollowed(gateway, 'messages');
    for (let step = 0; step < 4; step += 1) await advance(gateway);
    const { deployment } = await client.ask<{ deployment: { conversation: { messages: Message[] } } }>(
      CONVERSATION,
      { id },
    );
    const wanted = deployment.conversation.messages.filter(({ index }) => index > lastLost);
    expect(wanted.length).toBeGreaterThan(1);
    const latest = new Map<number, Message>();
    const newest = () => wanted.map(({ index }) => latest.get(index));
    while (JSON.stringify(newest()) !== JSON.stringify(wanted)) {
      const { message } = await stream.next();
      latest.set(message.index, message);
    }
    expect([...latest.keys()]).toEqual(wanted.map(({ index }) => index));
  });
});
