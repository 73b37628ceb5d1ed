import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { createGraphQLClient, type GraphQLAnswer, type GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { idOperations, idSubscriptions, storeOperations } from '../../support/id-operations.ts';
import { signUpSecondUserOfBoth } from '../../support/second-user.ts';
import { type AuditCase, type AuditKind, difference } from '../audit.ts';
import { adminRoutes, type IdRoute, idRoutes, pathOf } from '../tables/id-routes.ts';
import { openGraphQLDoors } from '../worlds/graphql-doors.ts';

type Ids = Record<string, string>;

const UNKNOWN: Ids = {
  agentId: '999999',
  taskId: '999999',
  deploymentId: `A-${'0'.repeat(32)}`,
  aiTaskId: '00000000-0000-4000-8000-000000000000',
  storedCredentialId: '00000000-0000-4000-8000-000000000000',
  sessionId: '00000000-0000-4000-8000-000000000000',
  webhookId: '00000000-0000-4000-8000-000000000000',
  budgetId: '00000000-0000-4000-8000-000000000000',
};

/** Every operation that takes an id, with the ids of another user: they do not exist. */
export const access: AuditKind = {
  name: 'object access',
  meaning:
    "another user's ids and credentials are NOT_FOUND to every operation and route, as those that never were",
  async open(stack) {
    const gateway = stack.use(
      await bootGateway({
        env: { ...ADMIN_ENV, REQUEST_RATE: 'off' },
        simulator: { script: { endless: true } },
      }),
    );
    const ada = await gateway.signUpWithCredentials();
    const bob = await signUpSecondUserOfBoth(gateway);
    const admin = createGraphQLClient(gateway.url);
    Object.assign(admin.tokens, await admin.post('/v1/auth/login', ADMIN));
    const [hers, his] = [await propertyOf(ada), await propertyOf(bob)];
    Object.assign(hers, await serviceOf(admin));
    const [hersDoors, hisDoors] = [await openGraphQLDoors(ada), await openGraphQLDoors(bob)];
    stack.defer(hersDoors.close);
    stack.defer(hisDoors.close);
    const before = await stateOf(ada);

    const tried = [
      { whose: "another user's id", variables: hers },
      { whose: 'an unknown id', variables: UNKNOWN },
    ];
    const withCredential = {
      whose: "their own id and another user's credential",
      variables: { ...his, with: hers.storedCredentialId ?? '' },
    };
    const by = (names: string[], operations: Record<string, string>, also: (typeof tried)[number][]) =>
      Object.entries(operations).flatMap(([title, query]) =>
        names.flatMap((name) =>
          [...tried, ...also].map(
            ({ whose, variables }): AuditCase => ({
              name: `${title}, by ${name}, with ${whose}: NOT_FOUND`,
              attempt: async () =>
                missing(await hisDoors.doors[name]?.({ query, variables: only(query, variables) })),
            }),
          ),
        ),
      );
    const overRest = idRoutes.flatMap((route) =>
      tried.map(
        ({ whose, variables }): AuditCase => ({
          name: `${route.method} ${route.path}, with ${whose}: 404`,
          attempt: () => answered(bob, route, variables, [404, 'NOT_FOUND']),
        }),
      ),
    );
    const forAdministrators = adminRoutes.map(
      (route): AuditCase => ({
        name: `${route.method} ${route.path}, by a user: 403`,
        attempt: () => answered(bob, route, hers, [403, 'FORBIDDEN']),
      }),
    );
    const HTTP = ['POST', 'an event stream', 'a socket'];
    const [reading = ''] = Object.values(idOperations);
    return {
      cases: [
        ...by(HTTP, idOperations, [withCredential]),
        ...by(HTTP, storeOperations, []),
        ...by(['an event stream', 'a socket'], idSubscriptions, [withCredential]),
        ...overRest,
        ...forAdministrators,
        {
          name: 'all that a user has, after another one has tried everything on it: unchanged',
          attempt: async () => difference(await stateOf(ada), before),
        },
      ],
      controls: [
        ...HTTP.map((name) => ({
          name: `an own id, by ${name}`,
          attempt: async () =>
            missing(await hersDoors.doors[name]?.({ query: reading, variables: only(reading, hers) })),
        })),
        {
          name: 'an own id over REST',
          attempt: () => answered(ada, idRoutes[0] as IdRoute, hers, [404, 'NOT_FOUND']),
        },
        {
          name: 'an administrator',
          attempt: () => answered(admin, adminRoutes[0] as IdRoute, hers, [403, 'FORBIDDEN']),
        },
      ],
    };
  },
};

async function propertyOf(user: GraphQLClient): Promise<Ids> {
  const taskId = await user.createTask('secret of its owner');
  const deploymentId = await user.deploy(taskId);
  const { task, viewer, aiTask } = {
    ...(await user.ask<{ task: { agentId: string }; viewer: { id: string; credentials: { id: string }[] } }>(
      'query ($taskId: ID!) { task(id: $taskId) { agentId } viewer { id credentials { id } } }',
      { taskId },
    )),
    ...(await user.ask<{ aiTask: { id: string } }>(
      'mutation { aiTask: createAiTask(input: { title: "secret of its owner", taskListId: "release-42" }) { id } }',
    )),
  };
  const { sessions } = (await (await user.request('/v1/sessions')).json()) as { sessions: { id: string }[] };
  const webhook = await user.post<{ id: string }>('/v1/webhooks', { url: 'https://example.invalid/' });
  const { budget } = await user.ask<{ budget: { id: string } }>(
    'mutation { budget: setBudget(input: { period: MONTH, maxTokens: 1000000000, onReached: WARN }) { id } }',
  );
  return {
    userId: viewer.id,
    taskId,
    deploymentId,
    agentId: task.agentId,
    aiTaskId: aiTask.id,
    storedCredentialId: viewer.credentials[0]?.id ?? '',
    sessionId: sessions[0]?.id ?? '',
    webhookId: webhook.id,
    budgetId: budget.id,
  };
}

async function serviceOf(admin: GraphQLClient): Promise<Ids> {
  const { id, secrets } = await admin.post<{ id: string; secrets: { id: string }[] }>(
    '/v1/service-accounts',
    {
      name: 'audited',
      scopes: ['read'],
    },
  );
  return { serviceId: id, secretId: secrets[0]?.id ?? '' };
}

/** What another user could have changed. */
function stateOf(user: GraphQLClient): Promise<unknown> {
  return user.ask(`{
    viewer { credentials { id label status } }
    agents { id name }
    tasks { id name }
    myDeployments { nodes { id isTerminal } }
    aiTasks { id title status metadata }
  }`);
}

/** The variables that a document declares. */
function only(query: string, variables: Ids): Ids {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => query.includes(`$${name}:`)));
}

function missing(answer: GraphQLAnswer | undefined): string | undefined {
  const codes = (answer?.errors ?? []).map(({ extensions }) => extensions.code);
  return difference(codes, ['NOT_FOUND']);
}

async function answered(
  user: GraphQLClient,
  route: IdRoute,
  ids: Ids,
  wanted: [status: number, code: string],
): Promise<string | undefined> {
  const { method, body } = route;
  const response = await user.request(pathOf(route, ids), {
    method,
    // A header `content-type` without a body is refused before the id is looked at.
    ...(method !== 'GET' && { body: JSON.stringify(body ?? {}) }),
  });
  const { code } = (await response.json().catch(() => ({}))) as { code?: string };
  return difference([response.status, code], wanted);
}
