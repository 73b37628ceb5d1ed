import { afterEach, expect, test } from 'vitest';
import {
  createClient,
  type Environment,
  type Message,
  type QuantgateClient,
} from '../../../packages/client/src/index.ts';
import { diamond, listRunOf } from '../../support/ai-task-runs.ts';
import { bootGateway, type Gateway, type GatewayOptions } from '../../support/gateway.ts';
import { ADA } from '../../support/guide-page.ts';
import { type TcpProxy, tcpProxy } from '../../support/tcp-proxy.ts';

const open: QuantgateClient[] = [];
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});

/** Timers of the client that run twenty times as fast. */
const quick: Environment['after'] = (delayMs, task) => {
  const handle = setTimeout(task, delayMs / 20);
  return { cancel: () => clearTimeout(handle) };
};

/** A client that is signed in through a proxy, and its user. */
async function boot(simulator: GatewayOptions['simulator']) {
  await using started = new AsyncDisposableStack();
  const gateway = started.use(await bootGateway({ simulator }));
  const proxy = started.use(await tcpProxy(gateway.url));
  const ada = await gateway.signUpWithCredentials(ADA.email);
  const client = createClient({ url: proxy.url, auth: { kind: 'token' }, environment: { after: quick } });
  open.push(client);
  await client.session.signIn(ADA);
  const stack = started.move();
  return { gateway, ada, client, proxy, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const CUTS = 3;

/** Reads a feed to its end; after each second item the connection is cut, as long as there are cuts left. */
async function readOverCuts<Item>(proxy: TcpProxy, feed: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of feed) {
    items.push(item);
    if (items.length % 2 === 1 || items.length > 2 * CUTS) continue;
    await proxy.goAway();
    await proxy.comeBack();
  }
  expect(items.length).toBeGreaterThan(2 * CUTS);
  return items;
}

async function messagesOf(gateway: Gateway, client: QuantgateClient, id: string): Promise<Message[]> {
  // Each feed begins with the messages as they are.
  const held = new Map<number, Message>();
  for await (const message of client.conversation(id)) held.set(message.index, message);
  expect(gateway.simulator.control.state().deployments.map(({ status }) => status)).toEqual(['Completed']);
  return [...held.values()];
}

test('a conversation over a cut connection: at its end every message is whole, and none was told twice as it was', async () => {
  await using running = await boot({ script: { queueMs: 20, steps: 20, stepMs: 40, messages: 10 } });
  const { gateway, ada, client, proxy } = running;
  const id = await ada.deploy(await ada.createTask());

  const items = await readOverCuts(proxy, client.conversation(id));

  const held = new Map(items.map((message) => [message.index, message]));
  expect([...held.values()]).toEqual(await messagesOf(gateway, client, id));
  const texts = items.map((message) => JSON.stringify(message));
  const repeated = items.filter(({ index }, at) => {
    const before = items.slice(0, at).findLastIndex((one) => one.index === index);
    return before >= 0 && texts[before] === texts[at];
  });
  expect(repeated).toEqual([]);
});

test('the run of a list over a cut connection: it ends with the run, whose tasks have each come to their end', async () => {
  await using running = await boot({ script: { queueMs: 20, steps: 4, stepMs: 60 } });
  const { gateway, ada, client, proxy } = running;
  const taskIds = await Promise.all([1, 2, 3, 4].map((task) => ada.createTask(`Task ${task}`)));
  diamond(gateway.simulator, 'research', taskIds);
  await client.runList({ taskListId: 'research' });

  const items = await readOverCuts(proxy, client.run('research', { after: '0' }));

  expect(items.at(-1)?.run.status).toBe('COMPLETED');
  expect(items.some(({ isAfterGap }) => isAfterGap)).toBe(false);
  const cursors = items.flatMap(({ cursor }) => cursor ?? []);
  expect(new Set(cursors).size).toBe(cursors.length);
  const ended = items.flatMap(({ run }) => (run.changed?.status === 'COMPLETED' ? [run.changed.id] : []));
  const { runs } = await listRunOf(ada, 'research');
  expect(ended.sort()).toEqual(runs.map((run) => run.id).sort());
});
