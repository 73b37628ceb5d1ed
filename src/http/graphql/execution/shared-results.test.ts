import { type ExecutionResult, GraphQLError, parse } from 'graphql';
import { expect, test } from 'vitest';
import { createManualClock } from '../../../../test/support/manual-clock.ts';
import type { Viewer } from '../../../viewer.ts';
import type { Operation } from './operation.ts';
import { createSharedResults, jsonOf } from './shared-results.ts';

const ada: Viewer = {
  userId: 'ada',
  name: 'ada@example.com',
  email: 'ada@example.com',
  roles: ['user'],
  scopes: ['read', 'write', 'deploy'],
  actor: null,
  sessionId: 's1',
  expiresAtMs: 1,
  address: '192.0.2.1',
};
const text = 'subscription ($id: ID) { deploymentEvents(deploymentId: $id) { id } }';
const document = parse(text);

function operationOf(more: Partial<Operation> = {}, viewer: Partial<Viewer> = {}): Operation {
  const variables = { id: 'A-1' };
  return {
    ...{ type: 'subscription' as Operation['type'], text, document, variables, operationName: undefined },
    ...more,
    viewer: { ...ada, ...viewer },
  };
}

const { audienceOf } = createSharedResults(createManualClock());

test('the audience is the same for another session, address and token of the same user', () => {
  const later = operationOf(
    {},
    { sessionId: 's2', address: null, expiresAtMs: 2, scopes: ['deploy', 'read', 'write'] },
  );
  expect(audienceOf(later)).toBe(audienceOf(operationOf()));
});

test('the audience is another for everything else', () => {
  const others = [
    operationOf({}, { userId: 'bob' }),
    operationOf({}, { scopes: ['read'] }),
    operationOf({}, { roles: ['user', 'admin'] }),
    operationOf({}, { actor: { id: 'service', name: 'nightly' } }),
    operationOf({}, { email: null }),
    operationOf({ variables: { id: 'A-2' } }),
    operationOf({ variables: { id: 'A-1', credentialId: 'c2' } }),
    operationOf({ variables: undefined }),
    operationOf({ operationName: 'Named' }),
    // The same text, but none that is remembered.
    operationOf({ document: parse(text) }),
  ];
  const audiences = [operationOf(), ...others].map(audienceOf);
  expect(new Set(audiences).size).toBe(audiences.length);
});

/** Counts executions; each has a result of its own. */
function createExecutions(errors?: readonly GraphQLError[]) {
  const executions: ExecutionResult[] = [];
  const run = async (): Promise<ExecutionResult> => {
    const result = { data: { count: executions.length }, ...(errors && { errors }) };
    executions.push(result);
    return result;
  };
  return { executions, run };
}

test('one event and one audience are executed once in a second, and written once', async () => {
  const clock = createManualClock();
  const shared = createSharedResults(clock);
  const { executions, run } = createExecutions();
  const event = { id: '1' };
  const [one, two] = await Promise.all([shared.get(event, 'a', run), shared.get(event, 'a', run)]);
  await clock.advance(999);
  expect([one, two, await shared.get(event, 'a', run)]).toEqual(Array(3).fill(executions[0]));
  expect(jsonOf(one as ExecutionResult)).toBe('{"data":{"count":0}}');

  await clock.advance(1);
  expect(await shared.get(event, 'a', run)).toBe(executions[1]);
  expect(executions).toHaveLength(2);
});

test('another event, another audience and what is no object are executed on their own', async () => {
  const shared = createSharedResults(createManualClock());
  const { executions, run } = createExecutions();
  const event = { id: '1' };
  await shared.get(event, 'a', run);
  await shared.get(event, 'b', run);
  await shared.get({ id: '1' }, 'a', run);
  await shared.get('1', 'a', run);
  await shared.get('1', 'a', run);
  expect(executions).toHaveLength(5);
});

test('an execution with errors, or that fails, is not handed to a subscriber who comes later', async () => {
  const shared = createSharedResults(createManualClock());
  const { executions, run } = createExecutions([new GraphQLError('away')]);
  const event = { id: '1' };
  await Promise.all([shared.get(event, 'a', run), shared.get(event, 'a', run)]);
  await shared.get(event, 'a', run);
  expect(executions).toHaveLength(2);

  await expect(shared.get(event, 'b', () => Promise.reject(new Error('too large')))).rejects.toThrow(
    'too large',
  );
  await shared.get(event, 'b', run);
  expect(executions).toHaveLength(3);
});
