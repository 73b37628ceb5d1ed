import { expect, test } from 'vitest';
import { seededAccount, seededOrganization, seededQuantCdnToken } from '../../../simulator/index.ts';
import { bootGateway } from '../../support/gateway.ts';
import { openEvents } from '../../support/sse-client.ts';

interface Run {
  status: string;
  runs: { aiTaskId: string; status: string; deploymentId: string | null }[];
}

test('REST alone creates, links, runs and follows a diamond of AI tasks', async () => {
  await using gateway = await bootGateway();
  const ada = await gateway.signUp();
  const id = async (path: string, body: unknown): Promise<string> =>
    (await ada.post<{ id: string }>(path, body)).id;
  await id('/v1/credentials', {
    provider: 'QUANTCONNECT',
    label: 'agents',
    userId: seededAccount.userId,
    apiToken: seededAccount.apiToken,
    organizationId: seededOrganization.id,
  });
  await id('/v1/credentials', {
    provider: 'QUANTCDN',
    label: 'tasks',
    organisation: seededQuantCdnToken.organisations[0],
    apiToken: seededQuantCdnToken.token,
  });
  const agentId = await id('/v1/agents', { name: 'Heron' });

  /** An AI task that waits for others, linked to a task of its own. */
  const node = async (title: string, dependsOn: string[]): Promise<string> => {
    const taskId = await id('/v1/tasks', { agentId, name: title, prompt: title });
    const aiTaskId = await id('/v1/ai-tasks', { title, taskListId: 'release-42', dependsOn });
    const linked = await ada.request(`/v1/ai-tasks/${aiTaskId}/link`, {
      method: 'PUT',
      body: JSON.stringify({ taskId }),
    });
    expect(linked.status).toBe(200);
    return aiTaskId;
  };
  const top = await node('gather', []);
  const sides = [await node('momentum', [top]), await node('reversion', [top])];
  const bottom = await node('compare', sides);

  const url = `${gateway.url}/v1/ai-task-lists/release-42/events`;
  await using stream = await openEvents(url, ada.tokens.accessToken);
  await ada.post('/v1/ai-task-lists/release-42/run', { maxParallel: 2 });
  const pushed = (
    await stream.events.until(
      ({ event, data }) => event === 'LIST_RUN' && JSON.parse(data).run.status !== 'RUNNING',
      30_000,
    )
  ).filter(({ comment }) => comment === undefined);

  const cursors = pushed.map(({ lastEventId }) => Number(lastEventId));
  expect(cursors).toEqual([...new Set(cursors)].sort((one, other) => one - other));
  const run = (await (await ada.request('/v1/ai-task-lists/release-42/run')).json()) as Run;
  expect(run.status).toBe('COMPLETED');
  expect(
    run.runs
      .map(({ aiTaskId }) => aiTaskId)
      .slice(1, 3)
      .sort(),
  ).toEqual([...sides].sort());
  expect([run.runs[0]?.aiTaskId, run.runs[3]?.aiTaskId]).toEqual([top, bottom]);
  const graph = (await (await ada.request('/v1/ai-task-lists/release-42/graph')).json()) as {
    done: string[];
  };
  expect(new Set(graph.done)).toEqual(new Set([top, ...sides, bottom]));
});
