import { type ExecutionResult, GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { createOperationIds } from './operation-ids.ts';
import { pushResults } from './push-results.ts';

/** Results that end after the given ones, and whether they were returned. */
function createResults(...results: ExecutionResult[]) {
  const state = { asked: 0, isReturned: false };
  const iterator = {
    async next() {
      state.asked += 1;
      const value = results.shift();
      return value === undefined
        ? ({ done: true, value: undefined } as const)
        : ({ done: false, value } as const);
    },
    async return() {
      state.isReturned = true;
      return { done: true, value: undefined } as const;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  return { iterator, state };
}

test('results are sent as JSON; only one with errors, and the end, are handed on', async () => {
  const withErrors = { data: null, errors: [new GraphQLError('away')] };
  const { iterator } = createResults({ data: { n: 1 } }, { data: { n: 2 } }, withErrors, { data: { n: 3 } });
  const sent: string[] = [];
  const pushed = pushResults(iterator, (json) => void sent.push(String(json)));
  expect(await pushed.next()).toEqual({ done: false, value: withErrors });
  expect(sent).toEqual(['{"data":{"n":1}}', '{"data":{"n":2}}']);
  expect(await pushed.next()).toEqual({ done: true, value: undefined });
  expect(sent).toHaveLength(3);
});

test('while the peer takes nothing, no further result is asked for', async () => {
  const { iterator, state } = createResults({ data: { n: 1 } }, { data: { n: 2 } });
  let resume = (): void => undefined;
  const pushed = pushResults(
    iterator,
    () =>
      new Promise((resolve) => {
        resume = resolve;
      }),
  );
  const ended = pushed.next();
  await new Promise(setImmediate);
  expect(state.asked).toBe(1);
  resume();
  await new Promise(setImmediate);
  expect(state.asked).toBe(2);
  resume();
  expect(await ended).toMatchObject({ done: true });
});

test('what returns the pushed results returns their source', async () => {
  const { iterator, state } = createResults();
  await pushResults(iterator, () => undefined).return?.();
  expect(state.isReturned).toBe(true);
});

test("a result begins with the client's own id, and none is sent for what the client has completed", () => {
  const ids = createOperationIds();
  const { id } = JSON.parse(ids.toServer('{"id":"my \\"id\\"","type":"subscribe","payload":{}}')) as {
    id: string;
  };
  expect(JSON.parse(`${ids.nextHead(id)}{"data":1}}`)).toEqual({
    id: 'my "id"',
    type: 'next',
    payload: { data: 1 },
  });
  ids.toServer('{"id":"my \\"id\\"","type":"complete"}');
  expect(ids.nextHead(id)).toBeUndefined();
});
