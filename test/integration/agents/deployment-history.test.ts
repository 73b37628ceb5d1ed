import { expect, test } from 'vitest';
import { seededAccount } from '../../../simulator/index.ts';
import { bootGateway } from '../../support/gateway.ts';

const PAGE = `query ($after: ID, $first: Int, $status: DeploymentStatus, $taskId: ID) {
  page: myDeployments(after: $after, first: $first, status: $status, taskId: $taskId) {
    nodes { id status taskId prompt isStale createdAt }
    pageInfo { hasNextPage endCursor }
  }
}`;

interface Answer {
  page: {
    nodes: { id: string; status: string; taskId: string }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

/** A user with two tasks, who has deployed the first three times and the second once. */
async function boot() {
  const gateway = await bootGateway({ polls: false, simulator: { script: { endless: true } } });
  gateway.simulator.control.setCapacity(seededAccount.organizations[0]?.id ?? '', 9);
  const ada = await gateway.signUpWithCredential();
  const [one, other] = [await ada.createTask('one'), await ada.createTask('other')];
  const deployed: string[] = [];
  for (const taskId of [one, one, other, one]) deployed.unshift(await ada.deploy(taskId));
  return { gateway, ada, one, other, newestFirst: deployed };
}

function idsOf({ page }: Answer): string[] {
  return page.nodes.map(({ id }) => id);
}

test('Query.myDeployments pages through the deployments of all tasks, newest first, without an upstream call', async () => {
  const { gateway, ada, newestFirst } = await boot();
  await using _ = gateway;
  gateway.simulator.calls.reset();

  const first = await ada.ask<Answer>(PAGE, { first: 3 });
  const { endCursor: after } = first.page.pageInfo;
  const second = await ada.ask<Answer>(PAGE, { first: 3, after });
  const end = await ada.ask<Answer>(PAGE, { after: second.page.pageInfo.endCursor });

  expect([...idsOf(first), ...idsOf(second)]).toEqual(newestFirst);
  expect([first, second, end].map(({ page }) => page.pageInfo.hasNextPage)).toEqual([true, false, false]);
  expect(end.page).toEqual({
    nodes: [],
    pageInfo: { hasNextPage: false, endCursor: second.page.pageInfo.endCursor },
  });
  expect((await ada.ask<Answer>(PAGE)).page.nodes).toHaveLength(4);
  expect(gateway.simulator.calls.counts().total).toBe(0);
});

test('GET /v1/deployments answers the same pages as myDeployments', async () => {
  const { gateway, ada, newestFirst } = await boot();
  await using _ = gateway;
  gateway.simulator.calls.reset();

  const answer = await (await ada.request('/v1/deployments?first=2')).json();
  const { page } = await ada.ask<Answer>(PAGE, { first: 2 });

  expect(answer).toMatchObject({ deployments: page.nodes, pageInfo: page.pageInfo });
  const rest = await (await ada.request(`/v1/deployments?after=${answer.pageInfo.endCursor}`)).json();
  expect(rest.deployments.map(({ id }: { id: string }) => id)).toEqual(newestFirst.slice(2));
  expect(gateway.simulator.calls.counts().total).toBe(0);
});

test('myDeployments filters by status and by task; what was deleted is left out', async () => {
  const { gateway, ada, one, other, newestFirst } = await boot();
  await using _ = gateway;
  const [newest = '', ofOther = ''] = newestFirst;
  await ada.ask('mutation ($id: ID!) { stopDeployment(id: $id) { id } }', { id: ofOther });
  await ada.ask('mutation ($id: ID!) { deleteDeployment(id: $id) }', { id: newest });
  await ada.ask('query ($id: ID!) { deployment(id: $id) { id } }', { id: ofOther });

  expect(idsOf(await ada.ask<Answer>(PAGE, { status: 'STOPPED' }))).toEqual([ofOther]);
  expect(idsOf(await ada.ask<Answer>(PAGE, { taskId: other }))).toEqual([ofOther]);
  expect(idsOf(await ada.ask<Answer>(PAGE, { taskId: one }))).toEqual(newestFirst.slice(2));
  expect(idsOf(await ada.ask<Answer>(PAGE, { taskId: one, status: 'STOPPED' }))).toEqual([]);
});

test.each([
  [{ first: 0 }, 'first'],
  [{ first: 501 }, 'first'],
  [{ after: 'x' }, 'after'],
  [{ after: '' }, 'after'],
])('myDeployments refuses %j, and REST too', async (variables, field) => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUp();

  const { errors } = await ada.graphql(PAGE, variables);
  const answer = await ada.request(`/v1/deployments?${new URLSearchParams(variables as never)}`);

  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: field }] });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'BAD_USER_INPUT' });
});
