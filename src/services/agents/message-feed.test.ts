import { afterEach, beforeEach, expect, test } from 'vitest';
import { credential, deployment, insertPerson } from '../../../test/support/stores.ts';
import type { ObservedMessage } from '../../domain/observed.ts';
import { toJson } from '../../lib/json.ts';
import { insertDeployment } from '../../store/deployments/deployments.ts';
import { upsertMessage } from '../../store/deployments/messages.ts';
import { insertCredential } from '../../store/identity/credentials.ts';
import { openStore, type Store } from '../../store/store.ts';
import { ada } from '../common/connections.test-support.ts';
import { createMessageFeed, type MessageFeed, type MessagePage } from './message-feed.ts';

const SOURCE = { ownerId: ada.userId, deploymentId: 'L-1', callableId: undefined };
const EMPTY = { id: null, role: 'assistant', time: null, parts: [] };

let store: Store;
beforeEach(async () => {
  store = await openStore(':memory:');
  await insertPerson(store.db, SOURCE.ownerId);
  await insertCredential(store.db, credential(SOURCE.ownerId, 'c1'));
  await insertDeployment(store.db, deployment(SOURCE.ownerId, SOURCE.deploymentId, { credentialId: 'c1' }));
});
afterEach(() => store.close());

/** Stores the newest version of a message. */
function put(index: number, revision: number): Promise<void> {
  const body = toJson<ObservedMessage>({ ...EMPTY, index });
  const { ownerId, deploymentId } = SOURCE;
  return upsertMessage(store.db, { ownerId, deploymentId, position: index, revision, body });
}

const indexesOf = ({ items }: MessagePage): number[] => items.map(({ index }) => index);

/** What a follower does with a page. */
async function readPage(feed: MessageFeed, after: number, limit: number): Promise<MessagePage> {
  const { items, position } = await feed.read(after, limit);
  return { items: await feed.pick(items), position };
}

test('a message that changed after a later one was added comes before that one', async () => {
  await put(0, 1);
  const feed = createMessageFeed(store, SOURCE, 0);
  const { position } = await feed.begin();
  await put(1, 2);
  await put(2, 3);
  await put(1, 4);

  const page = await readPage(feed, position, 50);

  expect(indexesOf(page)).toEqual([1, 2]);
  expect(page.position).toBe(4);
});

test('a message that changed so late that it is on a later page comes before a later one as well, and again', async () => {
  await put(0, 1);
  const feed = createMessageFeed(store, SOURCE, 0);
  const { position } = await feed.begin();
  await put(2, 3);
  await put(1, 4);

  const first = await readPage(feed, position, 1);
  const second = await readPage(feed, first.position, 1);

  expect([indexesOf(first), indexesOf(second)]).toEqual([[1, 2], [1]]);
});

test('what comes before the requested index is left out, also when it changes', async () => {
  await put(0, 1);
  await put(1, 2);
  const feed = createMessageFeed(store, SOURCE, 1);
  const begun = await feed.begin();
  await put(0, 3);
  await put(2, 4);

  expect(indexesOf(begun)).toEqual([1]);
  expect(indexesOf(await readPage(feed, begun.position, 50))).toEqual([2]);
});

test('an index that is not stored yet: the first message is that one', async () => {
  await put(0, 1);
  const feed = createMessageFeed(store, SOURCE, 2);
  const { items, position } = await feed.begin();
  await put(1, 2);
  await put(2, 3);

  expect(items).toEqual([]);
  expect(indexesOf(await readPage(feed, position, 50))).toEqual([2]);
});
