import { expect, test } from 'vitest';
import { defaultEnvironment } from '../environment.ts';
import { GatewayFailure } from '../errors.ts';
import { type FeedItem, readFeed } from './feed.ts';

const environment = {
  ...defaultEnvironment(),
  after: (_delayMs: number, task: () => void) => {
    const handle = setImmediate(task);
    return { cancel: () => clearImmediate(handle) };
  },
};

/** A log whose subscriptions end as the script says: each gives some events from the position on. */
function scripted(...script: { events: number[]; failure?: string }[]) {
  const subscribedAfter: (number | undefined)[] = [];
  let position: number | undefined = 0;
  const source = {
    async *subscribe() {
      subscribedAfter.push(position);
      const { events, failure } = script.shift() ?? { events: [] };
      yield* events;
      if (failure !== undefined) throw new GatewayFailure(failure, { message: failure });
    },
    advance: (event: number) => {
      position = event;
    },
    restart: () => {
      position = undefined;
    },
  };
  return { source, subscribedAfter };
}

async function read(source: ReturnType<typeof scripted>['source']): Promise<FeedItem<number>[]> {
  const items: FeedItem<number>[] = [];
  for await (const item of readFeed(environment, source, undefined)) items.push(item);
  return items;
}

test('a broken connection: the feed goes on behind the last event', async () => {
  const { source, subscribedAfter } = scripted(
    { events: [1, 2], failure: 'NETWORK' },
    { events: [], failure: 'UNAVAILABLE' },
    { events: [3] },
  );
  expect((await read(source)).map(({ item }) => item)).toEqual([1, 2, 3]);
  expect(subscribedAfter).toEqual([0, 2, 2]);
});

test('an expired cursor: the feed starts anew, and its first item says that something was missed', async () => {
  const { source, subscribedAfter } = scripted(
    { events: [1], failure: 'CURSOR_EXPIRED' },
    { events: [8, 9] },
  );
  expect(await read(source)).toEqual([
    { item: 1, isAfterGap: false },
    { item: 8, isAfterGap: true },
    { item: 9, isAfterGap: false },
  ]);
  expect(subscribedAfter).toEqual([0, undefined]);
});

test.each(['NOT_FOUND', 'CREDENTIAL_MISSING', 'SIGNED_OUT'])('%s: it is thrown at once', async (code) => {
  const { source, subscribedAfter } = scripted({ events: [1], failure: code });
  await expect(read(source)).rejects.toMatchObject({ code });
  expect(subscribedAfter).toHaveLength(1);
});
