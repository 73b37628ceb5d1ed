import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededAccount, seededQuantCdnToken } from '../../../simulator/index.ts';
import { linkedTask, RUN_LIST } from '../../support/ai-task-runs.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { bootManualGateway, type ManualGateway } from '../../support/manual-gateway.ts';

const ADMIN_ENV = { ADMIN_EMAIL: 'ada@example.com', ADMIN_PASSWORD: 'correct horse battery staple' };
const PACE = { queueMs: 0, stepMs: 1_000, steps: 1, stopMs: 0 };
const LIST = 'list-1';

let still: ManualGateway;
let ada: GraphQLClient;
let ids: Record<string, string>;

/** Time stands still, so that two reads of an unchanged object are equal. */
beforeAll(async () => {
  still = await bootManualGateway({ pace: PACE }, ADMIN_ENV);
  const { gateway } = still;
  ada = createGraphQLClient(gateway.url);
  await ada.signIn(ADMIN_ENV.ADMIN_EMAIL);
  const { id: credentialId } = await ada.saveCredential(seededAccount);
  await ada.saveQuantCdnCredential(seededQuantCdnToken);
  const taskId = await ada.createTask();
  const aiTaskId = linkedTask(gateway.simulator, { taskId, taskListId: LIST });
  await ada.ask(RUN_LIST, { id: LIST });
  const body = JSON.stringify({ name: 'nightly', scopes: ['read'] });
  const made = await ada.request('/v1/service-accounts', { method: 'POST', body });
  const { id: serviceAccountId } = (await made.json()) as { id: string };
  const { id: webhookId } = await ada.post<{ id: string }>('/v1/webhooks', {
    url: 'https://example.invalid/',
  });
  const deploymentId = await ada.deploy(taskId);
  for (let status = 0; status !== 200; ) {
    await still.nextPoll();
    status = (await ada.request(`/v1/deployments/${deploymentId}/transcript`)).status;
  }
  const { agents } = (await (await ada.request('/v1/agents')).json()) as { agents: { id: string }[] };
  const agentId = agents[0]?.id ?? '';
  const { id: userId } = (await (await ada.request('/v1/me')).json()) as { id: string };
  ids = {
    ...{ userId, agentId, taskId, aiTaskId, deploymentId, credentialId, serviceAccountId, webhookId },
    taskListId: LIST,
  };
});
afterAll(() => still[Symbol.asyncDispose]());

async function read(url: string, ifNoneMatch?: string, method = 'GET') {
  const headers: Record<string, string> = ifNoneMatch === undefined ? {} : { 'if-none-match': ifNoneMatch };
  const answer = await ada.request(url, { method, headers });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
}

/** The paths of all `GET` routes, with ids of things that exist. */
async function urls(): Promise<string[]> {
  const document = (await (await fetch(`${still.gateway.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, object>>;
  };
  return (
    Object.entries(document.paths)
      .filter(([, methods]) => 'get' in methods)
      // It has no body: a stream, or 204.
      .filter(([path]) => !path.endsWith('/chat/stream'))
      .map(([path]) => path.replace(/^(\/v1\/ai-tasks\/)\{taskId\}/, '$1{aiTaskId}'))
      .map((path) => path.replace(/\{(\w+)\}/g, (_all, name) => ids[name] ?? name))
  );
}

test('every GET route answers with an ETag of its body, and with 304 to an If-None-Match that has it', async () => {
  const all = await urls();
  expect(all.length).toBeGreaterThan(25);
  for (const url of [...all, '/openapi.json']) {
    const whole = await read(url);
    expect([url, whole.status]).toEqual([url, 200]);
    const tag = whole.headers.get('etag') ?? '';
    expect([url, tag]).toEqual([url, expect.stringMatching(/^"[\w-]{43}"$/)]);

    const unchanged = await read(url, tag);
    expect([url, unchanged.status, unchanged.body]).toEqual([url, 304, '']);
    const kept = ['etag', 'cache-control', 'vary', 'ratelimit-policy', 'content-disposition'];
    for (const name of kept) {
      expect([url, name, unchanged.headers.get(name)]).toEqual([url, name, whole.headers.get(name)]);
    }
    expect(unchanged.headers.has('content-type')).toBe(false);

    const head = await read(url, undefined, 'HEAD');
    expect([url, head.status, head.headers.get('etag')]).toEqual([url, 200, tag]);
    const headUnchanged = await read(url, tag, 'HEAD');
    expect([url, headUnchanged.status, headUnchanged.headers.get('etag')]).toEqual([url, 304, tag]);

    const changed = await read(url, '"another"');
    expect([url, changed.status, changed.body]).toEqual([url, 200, whole.body]);
  }
});

describe('If-None-Match', () => {
  test.each([
    ['the tag', (tag: string) => tag, 304],
    ['the tag as a weak one', (tag: string) => `W/${tag}`, 304],
    ['any', () => '*', 304],
    ['a list that has the tag', (tag: string) => `"a,b", W/"c" ,${tag}`, 304],
    ['a list without it', () => '"a", W/"b"', 200],
    ['the tag in another tag', (tag: string) => `"x${tag.slice(1)}`, 200],
    ['the tag without quotes', (tag: string) => tag.slice(1, -1), 200],
    ['any among others', () => '"a", *', 200],
    ['nothing', () => '', 200],
  ])('with %s', async (_what, header, status) => {
    const { headers } = await read('/v1/me');
    expect((await read('/v1/me', header(headers.get('etag') ?? ''))).status).toBe(status);
  });

  test('the tag changes with the object, and an error has none', async () => {
    const url = `/v1/credentials/${ids.credentialId}`;
    const { headers } = await read(url);
    await ada.request(url, { method: 'PATCH', body: JSON.stringify({ label: 'another' }) });
    const changed = await read(url, headers.get('etag') ?? '');
    expect([changed.status, JSON.parse(changed.body).label]).toEqual([200, 'another']);
    const missing = await read('/v1/credentials/none', '*');
    expect([missing.status, missing.headers.get('etag')]).toEqual([404, null]);
  });

  test('does not count for what changes something', async () => {
    const body = JSON.stringify({ label: 'a third' });
    const headers = { 'if-none-match': '*' };
    const answer = await ada.request(`/v1/credentials/${ids.credentialId}`, {
      method: 'PATCH',
      body,
      headers,
    });
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, null]);
  });
});
