import { expect, test } from 'vitest';
import { seededAccount } from '../../../simulator/index.ts';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { saveCredential } from '../../support/credentials.ts';
import { bootGateway } from '../../support/gateway.ts';

/** Why the arrays of these answers are whole; every other answer with an array of objects is a page. */
const WHOLE: Record<string, string> = {
  '/v1/agents/{agentId}': 'one object',
  '/v1/tasks/{taskId}': 'one object',
  '/v1/deployments/{deploymentId}': 'one object',
  '/v1/service-accounts/{serviceAccountId}': 'one object with at most two secrets',
  '/v1/me': 'one object',
  '/v1/ai-tasks/{taskId}': 'one object',
  '/v1/ai-task-lists/{taskListId}/graph': 'one graph of a whole list',
  '/v1/ai-task-lists/{taskListId}/run': 'the runs of the tasks of one list',
  '/v1/deployments/{deploymentId}/transcript': 'a whole download',
  '/v1/deployments/{deploymentId}/chat': 'useChat begins with all messages; `conversation` has pages of them',
  '/v1/upstream-drift': 'at most 1,000 rows',
  '/v1/encryption-keys': 'the keys of the environment',
  '/v1/webhooks/{webhookId}': 'its types, and at most two secrets',
  '/v1/budgets': 'at most 100 rows',
  '/readyz': 'the warnings of one process',
  '/healthz': 'one object',
  '/.well-known/jwks.json': 'the keys of the configuration',
};

interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  anyOf?: JsonSchema[];
  maximum?: number;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
}

interface Operation {
  parameters?: { name: string; in: string; schema: JsonSchema }[];
  responses: Record<string, { content?: Record<string, { schema?: JsonSchema }> }>;
}

async function readDocument(url: string): Promise<Document> {
  return (await fetch(`${url}/openapi.json`)).json() as Promise<Document>;
}

/** The properties of the answer of a route, whichever form of it. */
function propertiesOf({ components }: Document, operation: Operation): Record<string, JsonSchema> {
  const resolve = (schema: JsonSchema): JsonSchema =>
    schema.$ref === undefined ? schema : (components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  const answer = operation.responses['200']?.content?.['application/json']?.schema ?? {};
  const forms = [answer, ...(answer.anyOf ?? [])].map(resolve);
  return Object.assign({}, ...forms.map(({ properties }) => properties ?? {}));
}

/** The GET routes whose answer has an array, by path. */
function listsOf(document: Document): [path: string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, { get }]) => {
    if (get === undefined) return [];
    const properties = Object.values(propertiesOf(document, get));
    const hasArray = properties.some(({ type }) => [type].flat().includes('array'));
    return hasArray ? [[path, get] as [string, Operation]] : [];
  });
}

test('every list of the route table that can grow is a page: `first` up to 500, `after`, `pageInfo`', async () => {
  await using gateway = await bootGateway();
  const document = await readDocument(gateway.url);
  const pages = listsOf(document).filter(([path]) => !(path in WHOLE));

  for (const [path, operation] of pages) {
    const parameters = new Map(operation.parameters?.map(({ name, schema }) => [name, schema]));
    expect.soft(parameters.get('first')?.maximum, `${path} has \`first\``).toBe(500);
    expect.soft(parameters.has('after'), `${path} has \`after\``).toBe(true);
    expect
      .soft(Object.keys(propertiesOf(document, operation)), `${path} has \`pageInfo\``)
      .toContain('pageInfo');
  }
  expect(pages.map(([path]) => path)).toEqual(
    expect.arrayContaining(['/v1/deployments', '/v1/audit', '/v1/sessions', '/v1/service-accounts']),
  );
  expect(Object.keys(WHOLE).filter((path) => document.paths[path] === undefined)).toEqual([]);
});

/** Reads every page of a list, two items at a time. */
async function readAll(client: GraphQLClient, path: string, name: string): Promise<unknown[]> {
  const items: unknown[] = [];
  for (let after = ''; ; ) {
    const answer = await client.request(`${path}?first=2${after && `&after=${encodeURIComponent(after)}`}`);
    expect(answer.status, path).toBe(200);
    const page = await answer.json();
    expect(page[name].length, path).toBeLessThanOrEqual(2);
    items.push(...page[name]);
    if (!page.pageInfo.hasNextPage) return items;
    after = page.pageInfo.endCursor;
  }
}

test('the pages of each list of the store, one after another, are the whole list', async () => {
  await using gateway = await bootGateway({
    polls: false,
    env: ADMIN_ENV,
    simulator: { script: { endless: true } },
  });
  const admin = createGraphQLClient(gateway.url);
  for (let count = 0; count < 3; count += 1)
    Object.assign(admin.tokens, await admin.post('/v1/auth/login', ADMIN));
  for (const name of ['a', 'b', 'c']) await admin.post('/v1/service-accounts', { name, scopes: ['read'] });
  for (const label of ['a', 'b', 'c']) await saveCredential(admin, { label });
  gateway.simulator.control.setCapacity(seededAccount.organizations[0]?.id ?? '', 9);
  const taskId = await admin.createTask();
  const ids = [await admin.deploy(taskId), await admin.deploy(taskId), await admin.deploy(taskId)];
  const lists = {
    '/v1/sessions': ['sessions', 3],
    '/v1/service-accounts': ['serviceAccounts', 3],
    '/v1/credentials': ['credentials', 3],
    '/v1/deployments': ['deployments', 3],
    '/v1/events': ['events', 3],
    [`/v1/deployments/${ids[0]}/events`]: ['events', 1],
  } as const;

  for (const [path, [name, count]] of Object.entries(lists)) {
    const whole = (await (await admin.request(path)).json())[name];
    expect(whole, path).toHaveLength(count);
    expect(await readAll(admin, path, name), path).toEqual(whole);
    for (const query of ['first=0', 'first=501', 'first=x', 'after=no cursor']) {
      const refused = await admin.request(`${path}?${query}`);
      expect([path, query, refused.status]).toEqual([path, query, 400]);
    }
  }
  const acts = (await (await admin.request('/v1/audit?first=500')).json()).nodes;
  expect(await readAll(admin, '/v1/audit', 'nodes')).toEqual(acts);
});

test('the pages of each list of the upstreams, one after another, are the whole list', async () => {
  await using gateway = await bootGateway({ polls: false, simulator: { script: { endless: true } } });
  const { control, quantcdn } = gateway.simulator;
  control.setCapacity(seededAccount.organizations[0]?.id ?? '', 9);
  const ada = await gateway.signUpWithCredentials();
  for (let count = 0; count < 2; count += 1) await ada.createTask();
  const taskId = await ada.createTask();
  for (let count = 0; count < 3; count += 1) await ada.deploy(taskId);
  for (const title of ['a', 'b', 'c']) quantcdn.createTask('acme', { title, taskListId: 'l1' });
  const lists = {
    '/v1/agents': 'agents',
    '/v1/tasks': 'tasks',
    [`/v1/tasks/${taskId}/deployments`]: 'deployments',
    '/v1/ai-tasks': 'aiTasks',
  };

  for (const [path, name] of Object.entries(lists)) {
    const answer = await (await ada.request(path)).json();
    expect(answer[name].length, path).toBeGreaterThan(2);
    expect(answer.pageInfo, path).toMatchObject({ hasNextPage: false });
    // The states of deployments change meanwhile.
    const idsOf = (items: unknown[]) => items.map((item) => (item as { id: string }).id);
    expect(idsOf(await readAll(ada, path, name)), path).toEqual(idsOf(answer[name]));
    for (const query of ['first=0', 'first=501', 'first=x', 'after=no cursor']) {
      const refused = await ada.request(`${path}?${query}`);
      expect([path, query, refused.status]).toEqual([path, query, 400]);
    }
  }
});

test('the last item of a page is deleted: the next page of the upstream begins at its place', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  for (let count = 0; count < 4; count += 1) await ada.createTask();
  const readPage = async (query: string) => (await ada.request(`/v1/tasks?${query}`)).json();
  const idsOf = ({ tasks }: { tasks: { id: string }[] }) => tasks.map(({ id }) => id);
  const ids = idsOf(await readPage(''));
  const { pageInfo } = await readPage('first=2');

  expect((await ada.request(`/v1/tasks/${ids[1]}`, { method: 'DELETE' })).status).toBe(204);
  expect(idsOf(await readPage(`after=${pageInfo.endCursor}`))).toEqual(ids.slice(2));
});

test('GET conversation answers pages of messages by their index', async () => {
  await using gateway = await bootGateway({ polls: false });
  const ada = await gateway.signUpWithCredential();
  const id = await ada.deploy(await ada.createTask());
  const path = `/v1/deployments/${id}/conversation`;
  const isDone = async () => (await (await ada.request(`/v1/deployments/${id}`)).json()).isTerminal;
  await expect.poll(isDone, { timeout: 10_000 }).toBe(true);

  const whole = await (await ada.request(path)).json();
  const last = whole.messages.length - 1;
  expect(last).toBeGreaterThan(0);
  expect(whole.pageInfo).toEqual({ hasNextPage: false, endCursor: String(last) });
  const first = await (await ada.request(`${path}?first=1`)).json();
  expect(first).toMatchObject({ messages: [{ index: 0 }], pageInfo: { hasNextPage: true, endCursor: '0' } });
  expect(first.files).toEqual(whole.files);
  const rest = await (await ada.request(`${path}?after=0`)).json();
  expect(rest.messages).toEqual(whole.messages.slice(1));
  expect((await (await ada.request(`${path}?after=${last}`)).json()).pageInfo).toEqual({
    hasNextPage: false,
    endCursor: String(last),
  });
  for (const query of ['after=-2', 'after=x', 'first=501']) {
    expect((await ada.request(`${path}?${query}`)).status, query).toBe(400);
  }
});
