import { expect, test } from 'vitest';
import { type AiGateway, bootAi } from '../../support/ai-gateway.ts';
import type { GraphQLAnswer } from '../../support/client.ts';
import { openEvents } from '../../support/sse-client.ts';

const LIST = 'query ($filter: AiTaskFilter) { aiTasks(filter: $filter) { id status } }';
const STATUSES = ['pending', 'in_progress', 'completed', 'failed', 'cancelled', 'blocked'];

type Answer = GraphQLAnswer<{ aiTasks: { id: string; status: string }[] }> & {
  extensions?: { incomplete: string[] };
};

/** Tasks made one after the other, a millisecond apart. */
function plant(
  { made, simulator }: AiGateway,
  count: number,
  fieldsOf: (index: number) => Parameters<AiGateway['made']>[0],
) {
  return Array.from({ length: count }, (_, index) => {
    simulator.clock.advance(1);
    return made({ title: `task ${index}`, ...fieldsOf(index) });
  });
}

function bootStill() {
  return bootAi({ simulator: { manualClock: true } });
}

async function listed({ ada }: AiGateway, filter: Record<string, unknown> = {}) {
  const { data, errors, extensions } = (await ada.graphql(LIST, { filter })) as Answer;
  expect(errors).toBeUndefined();
  return { ids: data?.aiTasks.map(({ id }) => id) ?? [], extensions };
}

test('a list of 130 is complete: a full page is split by status', async () => {
  await using running = await bootStill();
  const ids = plant(running, 130, (index) => ({ status: STATUSES[index % 6] }));

  const cost = await running.costOf(async () => {
    const { ids: seen, extensions } = await listed(running);
    expect(seen).toHaveLength(130);
    expect(new Set(seen)).toEqual(new Set(ids));
    expect(extensions).toBeUndefined();
  });

  expect(cost).toEqual({ listTasks: 7 });
});

test('a list of 700 is complete: full slices, and only those, are split by agent', async () => {
  await using running = await bootStill();
  const ids = plant(running, 700, (index) => ({
    status: index % 2 === 0 ? 'pending' : STATUSES[index % 6],
    assignedAgentId: `agent-${index % 7}`,
  }));

  const cost = await running.costOf(async () => {
    const { ids: seen, extensions } = await listed(running);
    expect(seen).toHaveLength(700);
    expect(new Set(seen)).toEqual(new Set(ids));
    expect(extensions).toBeUndefined();
  });

  // Full are the pages of pending, in progress, failed and blocked tasks.
  expect(cost).toEqual({ listTasks: 1 + 6 + 4 * 7 });
});

test('a limit above one page makes no more calls than it needs', async () => {
  await using running = await bootStill();
  const ids = plant(running, 320, (index) => ({ status: index < 160 ? 'completed' : STATUSES[index % 2] }));

  const cost = await running.costOf(async () => {
    const { ids: seen, extensions } = await listed(running, { limit: 150 });
    expect(seen).toEqual(ids.slice(-150).toReversed());
    expect(extensions).toBeUndefined();
  });
  const little = await running.costOf(() => listed(running, { limit: 100 }));

  expect(cost).toEqual({ listTasks: 7 });
  expect(little).toEqual({ listTasks: 1 });
});

test("tasks that no filter can ask for are named by the list's graph, and read", async () => {
  await using running = await bootStill();
  const ids = plant(running, 125, () => ({ taskListId: 'l' }));
  ids.push(...plant(running, 5, () => ({ taskListId: 'l', status: 'hibernating', assignedAgentId: 'x' })));
  plant(running, 5, () => ({ taskListId: 'other' }));

  const cost = await running.costOf(async () => {
    const { ids: seen, extensions } = await listed(running, { taskListId: 'l' });
    expect(seen).toHaveLength(130);
    expect(new Set(seen)).toEqual(new Set(ids));
    expect(extensions).toBeUndefined();
  });

  expect(cost).toMatchObject({ getDependencyGraph: 1, getTask: 25 });
});

test('an incomplete list is an error with its path, over HTTP, SSE and WebSocket', async () => {
  await using running = await bootStill();
  const { ada, gateway } = running;
  const root = running.made();
  plant(running, 130, () => ({ status: 'pending', dependsOn: [root] }));
  const query = `query { mine: aiTasks { id } few: aiTasks(filter: { limit: 3 }) { id } }`;
  const expected = { incomplete: ['mine'] };

  // The engine compiles an operation it meets again, and must tell the same.
  for (let round = 0; round < 3; round += 1) {
    const answer = (await ada.graphql(query)) as Answer;
    expect(answer).toMatchObject({ extensions: expected, data: { few: expect.any(Array) } });
  }
  const init = { body: { query } };
  await using stream = await openEvents(`${gateway.url}/graphql/stream`, ada.tokens.accessToken, init);
  expect((await stream.next()).json).toMatchObject({ extensions: expected });

  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const answers = new Promise<Answer>((resolve, reject) => {
    socket.onerror = reject;
    socket.onmessage = ({ data }) => {
      const { type, payload } = JSON.parse(String(data)) as { type: string; payload: Answer };
      if (type === 'connection_ack')
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
      if (type === 'next') resolve(payload);
    };
    socket.onopen = () => {
      const payload = { authorization: `Bearer ${ada.tokens.accessToken}` };
      socket.send(JSON.stringify({ type: 'connection_init', payload }));
    };
  });
  expect(await answers).toMatchObject({ extensions: expected });
  socket.close();
});

test('an incomplete list within a task is an error with its own path', async () => {
  await using running = await bootStill();
  const { ada, made } = running;
  const root = made();
  plant(running, 110, () => ({ dependsOn: [root] }));

  const answer = (await ada.graphql('query ($id: ID!) { a: aiTask(id: $id) { dependents { id } } }', {
    id: root,
  })) as GraphQLAnswer & { extensions: unknown };

  expect(answer.extensions).toEqual({ incomplete: ['a.dependents'] });
});
