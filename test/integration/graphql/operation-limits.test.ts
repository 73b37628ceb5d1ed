import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GraphQLClient } from '../../support/client.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { codesOf } from '../../support/graphql-errors.ts';
import { createManyTasks, ROUND_TRIPS } from '../../support/many-tasks.ts';
import { openAcknowledged } from '../../support/socket-probe.ts';
import { openEvents } from '../../support/sse-client.ts';
import { type Send, transportsOf } from '../../support/transports.ts';

const TRANSPORTS = ['POST', 'GET', 'WebSocket', 'SSE'] as const;

/** Boots a gateway whose user has 24 tasks. */
function useGateway(env: Record<string, string>, prompt?: string) {
  let gateway: Gateway;
  let ada: GraphQLClient;
  let agentId: string;
  beforeAll(async () => {
    gateway = await bootGateway({ polls: false, env });
    ada = await gateway.signUpWithCredentials();
    agentId = await createManyTasks(ada, prompt);
  });
  afterAll(() => gateway[Symbol.asyncDispose]());
  return {
    send: (transport: (typeof TRANSPORTS)[number]): Send => transportsOf(ada)[transport],
    gateway: () => gateway,
    ada: () => ada,
    /** Deploys a new task of the same agent. */
    async deploy(text: string): Promise<void> {
      const create = 'mutation ($input: CreateTaskInput!) { task: createTask(input: $input) { id } }';
      const input = { agentId, name: 'a task', prompt: text };
      const { task } = await ada.ask<{ task: { id: string } }>(create, { input });
      await ada.deploy(task.id);
    },
  };
}

/** The code and the text of the one error of an answer without data. */
async function refusalOver(send: Send, query: string, variables?: Record<string, unknown>) {
  const answer = await send(query, variables);
  expect(answer.data ?? null).toBeNull();
  expect(codesOf(answer)).toEqual(['GRAPHQL_LIMIT_EXCEEDED']);
  return answer.errors?.[0]?.message;
}

describe('nodes', () => {
  const { send, ada } = useGateway({});

  test.each(TRANSPORTS)('a query of 331,776 objects ends at the limit, over %s', async (transport) => {
    expect(await refusalOver(send(transport), ROUND_TRIPS)).toContain('more than 10000 objects');
    // The same document again: it is compiled now.
    expect(await refusalOver(send(transport), ROUND_TRIPS)).toContain('more than 10000 objects');
  });

  test('a mutation ends at the limit, and what it did stays', async () => {
    const text = `mutation ($id: ID!) { updateAgent(id: $id, input: { name: "Osprey" }) ${ROUND_TRIPS} }`;
    const { agents } = await ada().ask<{ agents: { id: string; name: string }[] }>('{ agents { id name } }');
    const id = agents.find(({ name }) => name === 'Heron')?.id;
    const message = await refusalOver(send('POST'), text, { id });
    expect(message).toContain('stays changed');
    const { agent } = await ada().ask<{ agent: { name: string } }>(`{ agent(id: "${id}") { name } }`);
    expect(agent.name).toBe('Osprey');
  });

  test('a query of 1,200 objects is answered whole, the same over every transport', async () => {
    const query = '{ tasks { agent { tasks { agent { name tasks { id } } } } } }'.replace(
      ' tasks { id }',
      '',
    );
    const answers = await Promise.all(TRANSPORTS.map((transport) => send(transport)(query)));
    const text = JSON.stringify(answers[0]?.data);
    expect(text.split('"agent"')).toHaveLength(1 + 24 + 24 * 24);
    for (const { data, errors } of answers) {
      expect(errors).toBeUndefined();
      expect(JSON.stringify(data)).toBe(text);
    }
  });
});

describe('upstream calls', () => {
  const { send, gateway } = useGateway({ GRAPHQL_MAX_UPSTREAM_CALLS: '10' });

  test.each(TRANSPORTS)(
    'an operation makes so many calls upstream and no more, over %s',
    async (transport) => {
      gateway().simulator.calls.reset();
      const message = await refusalOver(send(transport), '{ tasks { deployments { id } } }');
      expect(message).toContain('more than 10 calls');
      expect(gateway().simulator.calls.count()).toBeLessThanOrEqual(10);
    },
  );

  test.each(TRANSPORTS)('a query within the limit is answered, over %s', async (transport) => {
    const { data, errors } = await send(transport)('{ tasks { agent { name } } }');
    expect(errors).toBeUndefined();
    expect(data?.tasks).toHaveLength(24);
  });
});

describe('size', () => {
  // 24 × 24 prompts of 1,000 characters.
  const { send } = useGateway({ RESPONSE_LIMIT: '200kb' }, 'x'.repeat(1_000));

  test.each(TRANSPORTS)('an answer that is too large is refused, over %s', async (transport) => {
    const large = '{ tasks { agent { tasks { prompt } } } }';
    expect(await refusalOver(send(transport), large)).toContain('larger than 204800 bytes');
    const inFragments = `{ tasks { ...T } } fragment T on AgentTask { agent { tasks { ... on AgentTask { prompt @include(if: true) } } } }`;
    expect(await refusalOver(send(transport), inFragments)).toContain('larger than 204800 bytes');
  });

  test.each(TRANSPORTS)('what is not selected does not count, over %s', async (transport) => {
    const small = '{ tasks { agent { tasks { id prompt @skip(if: true) } } } }';
    expect((await send(transport)(small)).errors).toBeUndefined();
  });

  test.each(TRANSPORTS)('escapes count, over %s', async (transport) => {
    const create = 'mutation ($input: CreateAgentInput!) { createAgent(input: $input) { id } }';
    const { data } = await send('POST')(create, {
      input: { name: 'Wren', systemPrompt: '\u0001'.repeat(40_000) },
    });
    const { id } = (data as { createAgent: { id: string } }).createAgent;
    expect(await refusalOver(send(transport), `{ agent(id: "${id}") { systemPrompt } }`)).toContain('larger');
  });
});

describe('events of subscriptions', () => {
  const { gateway, ada, deploy } = useGateway({ RESPONSE_LIMIT: '64kb', GRAPHQL_MAX_NODES: '50' });
  const subscription = (fields: string) =>
    `subscription { deploymentEvents(after: "0") { id deployment { ${fields} } } }`;
  const tooMany = 'task { agent { tasks { agent { tasks { id } } } } }';
  beforeAll(() => deploy('y'.repeat(70_000)));

  test.each([
    ['too many objects', tooMany],
    ['too large', 'task { prompt }'],
  ])('an event with %s ends the subscription on a socket and on a stream', async (_title, fields) => {
    const query = subscription(fields);
    await using probe = await openAcknowledged(gateway().url, ada().tokens.accessToken);
    probe.subscribe('1', query);
    expect(await probe.messages.next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'GRAPHQL_LIMIT_EXCEEDED' } }],
    });
    await using stream = await openEvents(`${gateway().url}/graphql/stream`, ada().tokens.accessToken, {
      body: { query },
    });
    const { json } = await stream.next<{ errors: { extensions: { code: string } }[] }>();
    expect(json.errors[0]?.extensions.code).toBe('GRAPHQL_LIMIT_EXCEEDED');
    expect((await stream.next()).event).toBe('complete');
  });

  test('each event has the whole limit', async () => {
    for (let count = 0; count < 2; count += 1) await deploy('short');
    // One event needs 30 objects: 27 tasks and what leads to them.
    await using events = ada().subscribe(subscription('task { agent { tasks { id } } }'));
    for (let count = 0; count < 3; count += 1) expect(await events.next()).toHaveProperty('deploymentEvents');
  });
});
