import { expect, test } from 'vitest';
import { predefinedAgent } from '../../../simulator/index.ts';
import { linkedTask } from '../../support/ai-task-runs.ts';
import { ORGANISATION } from '../../support/ai-tasks.ts';
import { bootGateway, type Gateway } from '../../support/gateway.ts';

/** One example stands alone, several have names (OpenAPI 3.1, Media Type Object). */
interface Examples {
  example?: Record<string, unknown>;
  examples?: Record<string, { value: Record<string, unknown> }>;
}

interface Operation {
  requestBody?: { content: Record<string, Examples> };
}

/** What a reader fills in: ids of their own things, and secrets that no document can know. */
type FillIn = (
  path: string,
  example: Record<string, unknown>,
) => { path: string; body: Record<string, unknown> };

function examplesOf({ example, examples = {} }: Examples = {}): Record<string, unknown>[] {
  return [...(example ? [example] : []), ...Object.values(examples).map(({ value }) => value)];
}

/** A free AI task that no other example uses; one that is to be run is linked to the task. */
function ownTask({ simulator }: Gateway, path: string, taskId: string): string {
  return path.endsWith('/runs')
    ? linkedTask(simulator, { taskId })
    : simulator.quantcdn.createTask(ORGANISATION, { title: 'an AI task' });
}

test('every request body in the document has an example that works', async () => {
  await using gateway = await bootGateway({
    env: { ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: 'correct horse battery staple' },
    simulator: { predefinedAgents: [{ ...predefinedAgent, id: 105 }] },
  });
  const ada = await gateway.signUpWithCredentials();
  const admin = await gateway.signUp('eve@example.com');
  await admin.signIn('admin@example.com');
  const { credentials } = (await (await ada.request('/v1/credentials')).json()) as {
    credentials: { id: string }[];
  };
  const agentId = (
    (await (await ada.request('/v1/agents', { method: 'POST', body: '{"name":"Heron"}' })).json()) as {
      id: string;
    }
  ).id;
  const taskId = await ada.createTask();
  const deploymentId = await ada.deploy(taskId);
  const aiTaskId = linkedTask(gateway.simulator, { taskId, taskListId: 'release-43' });
  const { serviceAccount, secret } = await newServiceAccount();
  const { user, resetToken } = await admin.post<{ user: { id: string }; resetToken: string }>('/v1/users', {
    email: 'zoe@example.com',
  });

  const webhook = await ada.post<{ id: string }>('/v1/webhooks', { url: 'https://example.invalid/' });

  const ids: Record<string, string> = {
    webhookId: webhook.id,
    agentId,
    taskId,
    deploymentId,
    taskListId: 'release-43',
    credentialId: String(credentials[0]?.id),
    serviceAccountId: serviceAccount,
    userId: user.id,
  };
  const fillIn: FillIn = (path, example) => ({
    // Both upstreams call what they have tasks.
    path: path
      .replace(
        '/v1/ai-tasks/{taskId}',
        `/v1/ai-tasks/${path.endsWith('/link') ? aiTaskId : ownTask(gateway, path, taskId)}`,
      )
      .replace(/\{(\w+)\}/g, (_match, name: string) => String(ids[name]))
      // The agent of the deployment may work.
      .replace(/\/chat$/, '/chat?onBusy=send'),
    body: {
      ...example,
      ...('refreshToken' in example && { refreshToken: ada.tokens.refreshToken }),
      ...('resetToken' in example && { resetToken }),
      ...(path.endsWith('/link') && { taskId }),
      ...('client_id' in example && { client_id: serviceAccount, client_secret: secret }),
    },
  });

  const document = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>;
  };
  let run = 0;
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { requestBody }] of Object.entries(methods)) {
      if (requestBody === undefined) continue;
      const examples = examplesOf(requestBody.content['application/json']);
      expect.soft(examples, `${method} ${path}`).not.toEqual([]);
      for (const example of examples) {
        const filled = fillIn(path, example);
        const caller =
          `${method} ${path}` === 'delete /v1/me'
            ? await gateway.signUp('zelda@example.com')
            : /^\/v1\/(service-accounts|users)/.test(path)
              ? admin
              : ada;
        const init = { method: method.toUpperCase(), body: JSON.stringify(filled.body) };
        // A client of the token endpoint proves itself by the body, and by nothing else.
        const response =
          path === '/v1/auth/token'
            ? await fetch(gateway.url + path, { ...init, headers: { 'content-type': 'application/json' } })
            : await caller.request(filled.path, init);
        expect.soft(response.status, `${method} ${path} ${await response.text()}`).toBeLessThan(300);
        run += 1;
      }
    }
  }
  expect(run).toBeGreaterThan(12);

  async function newServiceAccount() {
    const made = await admin.post<{ id: string; secret: string }>('/v1/service-accounts', {
      name: 'examples',
      scopes: ['read'],
    });
    return { serviceAccount: made.id, secret: made.secret };
  }
});
