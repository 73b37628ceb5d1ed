import { describe, expect, test } from 'vitest';
import { startSimulator } from '../../../simulator/index.ts';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { type AiGateway, bootAi } from '../../support/ai-gateway.ts';
import { startExactUpstream } from '../../support/exact-upstream.ts';

function nested(levels: number): Record<string, unknown> {
  return JSON.parse(`${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`);
}

/** JSON text of an object with a member that nests so deeply that `JSON.stringify` fails. */
function deepBody(head: string, levels: number): string {
  return `{${head}${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}}`;
}

describe('numbers', () => {
  const DIGITS = ['9007199254740993', '1.10', '1e400', '-0.0', '123456789012345678901234567890.5'];
  const THEIRS = Object.fromEntries(DIGITS.map((number, index) => [`n${index}`, `@${number}@`]));

  /** A gateway whose QuantCDN has a task of another client with these numbers. */
  async function bootExact(env: Record<string, string> = {}) {
    const simulator = await startSimulator({ pace: 'fast' });
    const proxy = await startExactUpstream(simulator.quantCdnUrl, DIGITS);
    const running = await bootAi({
      upstream: simulator,
      env: { QUANTCDN_BASE_URL: proxy.url, ...env },
      polls: true,
    });
    return {
      ...running,
      async [Symbol.asyncDispose]() {
        await running[Symbol.asyncDispose]();
        await proxy[Symbol.asyncDispose]();
        await simulator.close();
      },
    };
  }

  test('of members that a patch does not name leave with the digits they came with', async () => {
    await using running = await bootExact();
    const { ada, made, upstream } = running;
    const id = made({ metadata: { ...THEIRS, deep: { list: [THEIRS] } } });
    const { task } = await ada.ask<{ task: { metadata: Record<string, unknown> } }>(
      `mutation ($id: ID!) {
        task: updateAiTask(id: $id, input: { metadataPatch: { mine: 1, deep: { mine: 2 } } }) { metadata }
      }`,
      { id },
    );
    expect(upstream(id).metadata).toEqual({ ...THEIRS, mine: 1, deep: { list: [THEIRS], mine: 2 } });
    // The nearest numbers that JavaScript has.
    expect(task.metadata).toMatchObject({ n0: 9007199254740992, n1: 1.1, n4: 1.2345678901234568e29 });
  });

  test('leave a link and a run with the digits they came with', async () => {
    await using running = await bootExact();
    const { ada, made, upstream } = running;
    const id = made({ metadata: THEIRS });
    const taskId = await ada.createTask();
    await ada.ask('mutation ($id: ID!, $taskId: ID!) { linkAiTask(aiTaskId: $id, taskId: $taskId) { id } }', {
      id,
      taskId,
    });
    expect(upstream(id).metadata).toEqual({ ...THEIRS, quantconnect: { taskId } });
    await ada.ask('mutation ($id: ID!) { runAiTask(id: $id) { id } }', { id });
    await expect.poll(() => upstream(id).status, { timeout: 10_000 }).toBe('completed');
    expect(upstream(id).metadata).toEqual({
      ...THEIRS,
      quantconnect: { taskId, runId: expect.any(String) },
    });
  });

  test.each(['9007199254740993', '-9007199254740992', '1e400', '1e16'])(
    'of one’s own that have lost digits, like %s, are refused at both doors, and nothing is sent',
    async (number) => {
      await using running = await bootAi();
      const { ada, made, simulator } = running;
      const id = made();
      simulator.calls.reset();
      const GRAPHQL = {
        metadata: 'mutation ($v: JSON) { createAiTask(input: { title: "t", metadata: $v }) { id } }',
        result: `mutation ($v: JSON) { updateAiTask(id: "${id}", input: { result: $v }) { id } }`,
        metadataPatch: `mutation ($v: JSON) { updateAiTask(id: "${id}", input: { metadataPatch: $v }) { id } }`,
      };
      for (const [field, query] of Object.entries(GRAPHQL)) {
        const body = `{"query":${JSON.stringify(query)},"variables":{"v":{"a":[${number}]}}}`;
        const answer = (await (await ada.request('/graphql', { method: 'POST', body })).json()) as {
          errors: { extensions: { code: string; fields: { path: string }[] } }[];
        };
        const { code, fields } = answer.errors[0]?.extensions ?? {};
        expect([code, fields?.map(({ path }) => path)]).toEqual(['BAD_USER_INPUT', [`input.${field}`]]);
      }
      const body = `{"metadataPatch":{"a":[${number}]},"result":{"b":${number}}}`;
      const response = await ada.request(`/v1/ai-tasks/${id}`, { method: 'PATCH', body });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        code: 'BAD_USER_INPUT',
        fields: [{ path: 'result' }, { path: 'metadataPatch' }],
      });
      expect(simulator.calls.all()).toEqual([]);
    },
  );
});

describe('nesting', () => {
  const LEVELS = [64, 100, 10_000, 60_000];

  test.each(LEVELS)('input of %d levels is refused at both doors, and nothing is sent', async (levels) => {
    await using running = await bootAi();
    const { ada, made, simulator } = running;
    const id = made();
    simulator.calls.reset();
    const post = (path: string, method: string, body: string) => ada.request(path, { method, body });
    for (const field of ['metadata', 'result', 'metadataPatch']) {
      const query = `mutation ($v: JSON) { updateAiTask(id: "${id}", input: { ${field}: $v }) { id } }`;
      const answer = await post(
        '/graphql',
        'POST',
        `{"query":${JSON.stringify(query)},"variables":${deepBody('"v":', levels)}}`,
      );
      expect(await answer.json()).toMatchObject({
        errors: [{ extensions: { code: 'BAD_USER_INPUT', fields: [{ path: `input.${field}` }] } }],
      });
      const patched = await post(`/v1/ai-tasks/${id}`, 'PATCH', deepBody(`"${field}":`, levels));
      expect([patched.status, await patched.json()]).toMatchObject([400, { fields: [{ path: field }] }]);
    }
    const created = await post('/v1/ai-tasks', 'POST', deepBody('"title":"t","metadata":', levels));
    expect([created.status, await created.json()]).toMatchObject([400, { fields: [{ path: 'metadata' }] }]);
    expect(simulator.calls.all()).toEqual([]);
  });

  test('63 levels are written and read back at both doors', async () => {
    await using running = await bootAi();
    const { ada } = running;
    const metadata = nested(63);
    const { made } = await ada.ask<{ made: { id: string } }>(
      'mutation ($v: JSON) { made: createAiTask(input: { title: "t", metadata: $v }) { id } }',
      { v: metadata },
    );
    await ada.ask(
      `mutation ($v: JSON) { updateAiTask(id: "${made.id}", input: { metadataPatch: { b: 1 }, result: $v }) { id } }`,
      { v: metadata },
    );
    const response = await ada.request('/v1/ai-tasks?details=true');
    expect(await response.json()).toMatchObject({
      isComplete: true,
      aiTasks: [{ metadata: { ...metadata, b: 1 }, result: metadata }],
    });
  });

  test.each([64, 1_000])(
    'a task with metadata of %d levels comes without it, with its list, and both say so',
    async (levels) => {
      await using running = await bootAi({ env: ADMIN_ENV });
      const { ada, made } = running;
      const deep = made({ title: 'deep', metadata: nested(levels), result: { words: 3 } });
      made({ title: 'flat', metadata: { a: 1 } });

      const ROW = 'title metadata result';
      expect(await ada.graphql(`{ aiTasks { ${ROW} } aiTask(id: "${deep}") { ${ROW} } }`)).toEqual({
        data: {
          aiTasks: [
            { title: 'flat', metadata: { a: 1 }, result: null },
            { title: 'deep', metadata: null, result: { words: 3 } },
          ],
          aiTask: { title: 'deep', metadata: null, result: { words: 3 } },
        },
        extensions: { incomplete: ['aiTask.metadata', 'aiTasks.1.metadata'] },
      });
      const list = await ada.request('/v1/ai-tasks?details=true');
      expect([list.status, await list.json()]).toMatchObject([
        200,
        { isComplete: false, aiTasks: [{ title: 'flat' }, { title: 'deep', metadata: null, raw: null }] },
      ]);
      expect((await ada.request(`/v1/ai-tasks/${deep}`)).status).toBe(200);
      expect(await driftOf(running)).toMatchObject([
        { operation: 'getTask', path: 'metadata', kind: 'UNEXPECTED_SHAPE' },
      ]);
    },
  );

  test('metadata that cannot be read is neither merged nor overwritten', async () => {
    await using running = await bootAi();
    const { ada, made, upstream, simulator } = running;
    const id = made({ metadata: nested(64) });
    simulator.calls.reset();
    const response = await ada.request(`/v1/ai-tasks/${id}`, {
      method: 'PATCH',
      body: '{"metadataPatch":{"b":1}}',
    });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { code: 'BAD_USER_INPUT', fields: [{ path: 'metadataPatch' }] },
    ]);
    expect(upstream(id).metadata).toEqual(nested(64));
    expect(simulator.calls.counts().byOperation).toEqual({ getTask: 1 });
  });
});

async function driftOf({ gateway, ada }: AiGateway): Promise<object[]> {
  const { accessToken } = await ada.post<{ accessToken: string }>('/v1/auth/login', ADMIN);
  const headers = { authorization: `Bearer ${accessToken}` };
  const answer = await fetch(`${gateway.url}/v1/upstream-drift`, { headers });
  return ((await answer.json()) as { drift: object[] }).drift;
}
