import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { everyOperation, type RootOperation } from '../../support/every-operation.ts';
import { type AuditCase, type AuditKind, difference } from '../audit.ts';
import { bootCanaryUsers } from '../worlds/canary-users.ts';
import { type Ask, openGraphQLDoors } from '../worlds/graphql-doors.ts';

/** What a watch token may do, of its own deployment. */
const READS = [
  'Query.deployment',
  'Query.deploymentEvents',
  'Query.transcript',
  'Subscription.deploymentEvents',
  'Subscription.conversationMessages',
  'Subscription.conversationUsage',
];
const ROUTES = [
  'GET /v1/deployments/{deploymentId}',
  'GET /v1/deployments/{deploymentId}/chat',
  'GET /v1/deployments/{deploymentId}/chat/stream',
  'GET /v1/deployments/{deploymentId}/conversation',
  'GET /v1/deployments/{deploymentId}/events',
  'GET /v1/deployments/{deploymentId}/transcript',
];

interface OpenApi {
  paths: Record<string, Record<string, ApiOperation>>;
}
interface ApiOperation {
  security?: object[];
  requestBody?: {
    content?: Record<string, { examples?: Record<string, { value: unknown }>; example?: unknown }>;
  };
}

/** Every operation of both doors with a watch token: only the reads of its own deployment pass. */
export const watchTokens: AuditKind = {
  name: 'watch tokens',
  meaning: 'a watch token reads its deployment by every door, and opens nothing else',
  async open(stack) {
    const { gateway, users } = await bootCanaryUsers(stack);
    const [{ client: ada, ids }] = users;
    const [own, other] = [ids.deploymentId, await ada.deploy(ids.taskId)];
    const page = await holderOf(ada, own);
    const { doors, close } = await openGraphQLDoors(page);
    stack.defer(close);
    const api = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as OpenApi;
    const operationsWith = (deploymentId: string): RootOperation[] =>
      everyOperation((argument, field) => {
        const names = ['deployment', 'promptDeployment', 'stopDeployment', 'deleteDeployment'];
        const isDeployment = argument === 'deploymentId' || (argument === 'id' && names.includes(field));
        return isDeployment ? deploymentId : undefined;
      });

    const byDoors = ({ name, document }: RootOperation, whose: string, expected: string): AuditCase[] =>
      doorsOf(doors, name).map(([door, ask]) => ({
        name: `${name}, by ${door}, ${whose}: ${expected}`,
        attempt: async () => difference(outcomeOf(await ask({ query: document })), expected),
      }));
    const ofOwn = operationsWith(own).flatMap((one) =>
      byDoors(one, 'with its own deployment', READS.includes(one.name) ? 'data' : 'FORBIDDEN'),
    );
    const others = operationsWith(other)
      .filter(({ name }) => READS.includes(name))
      .flatMap((one) => byDoors(one, 'with another deployment', 'NOT_FOUND'));

    const requests = Object.entries(api.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, { security }]) => security?.length)
        .map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
    );
    const byRest = (deploymentId: string, whose: string, statusOf: (route: string) => number): AuditCase[] =>
      requests.map(({ route, operation }) => ({
        name: `${route}, ${whose}: ${statusOf(route)}`,
        attempt: async () => {
          const status = await statusTo(page, route, operation, deploymentId);
          // The stream of a chat is 204 once its deployment has ended.
          return difference(status === 204 && ROUTES.includes(route) ? 200 : status, statusOf(route));
        },
      }));
    const rest = [
      ...byRest(own, 'with its own deployment', (route) => (ROUTES.includes(route) ? 200 : 403)),
      ...byRest(other, 'with another deployment', (route) => (ROUTES.includes(route) ? 404 : 403)),
    ];
    return {
      cases: [...ofOwn, ...others, ...rest],
      controls: [
        {
          name: 'the token of the user in place of the watch token',
          attempt: async () => {
            const { doors: hers, close: closeHers } = await openGraphQLDoors(ada);
            stack.defer(closeHers);
            return difference(outcomeOf(await hers.POST?.({ query: '{ viewer { id } }' })), 'FORBIDDEN');
          },
        },
      ],
    };
  },
};

/** A client that has nothing but a watch token. */
async function holderOf(owner: GraphQLClient, deploymentId: string): Promise<GraphQLClient> {
  const page = createGraphQLClient(owner.url);
  const { token } = await owner.post<{ token: string }>(`/v1/deployments/${deploymentId}/watch-tokens`, {});
  page.tokens.accessToken = token;
  return page;
}

/** Mutations and subscriptions pass through some of the doors only. */
function doorsOf(doors: Record<string, Ask>, name: string): [string, Ask][] {
  return Object.entries(doors).filter(([door]) => {
    if (name.startsWith('Subscription')) return /stream|socket/.test(door);
    return !name.startsWith('Mutation') || !door.includes('GET');
  });
}

function outcomeOf(answer: Awaited<ReturnType<Ask>> | undefined): string {
  return answer?.errors?.[0]?.extensions.code ?? 'data';
}

async function statusTo(
  page: GraphQLClient,
  route: string,
  { requestBody }: ApiOperation,
  deploymentId: string,
): Promise<number> {
  const [method = '', path = ''] = route.split(' ');
  const url = path.replace('{deploymentId}', deploymentId).replace(/\{\w+\}/g, '1');
  const content = requestBody?.content?.['application/json'];
  const body = content?.example ?? Object.values(content?.examples ?? {})[0]?.value ?? {};
  const hasBody = requestBody !== undefined || !['GET', 'DELETE'].includes(method);
  const answer = await page.request(url, { method, ...(hasBody && { body: JSON.stringify(body) }) });
  await answer.body?.cancel();
  return answer.status;
}
