import { bootGateway, type Gateway } from '../../support/gateway.ts';
import { sendRaw } from '../../support/raw-socket.ts';
import { type AuditCase, type AuditKind, difference } from '../audit.ts';
import { type HostileBody, hostileBodies, rawRequests } from '../tables/requests.ts';

/** Routes that take a body, one of each family. */
const BODY_ROUTES = ['/graphql', '/v1/credentials', '/v1/auth/login', '/v1/auth/register', '/v1/agents'];

/** What answers without a token. Everything else in the OpenAPI document must be 401. */
const PUBLIC = [
  'GET /.well-known/jwks.json',
  'GET /healthz',
  'GET /readyz',
  'GET /openapi.json',
  'GET /docs',
  'POST /v1/auth/register',
  'POST /v1/auth/login',
  'POST /v1/auth/refresh',
  'POST /v1/auth/logout',
  'POST /v1/auth/token',
  'POST /v1/auth/password-reset',
];

/** Requests that are no good HTTP, bodies of all wrong kinds, and every route without a token. */
export const requests: AuditKind = {
  name: 'requests',
  meaning:
    'malformed requests and bodies are refused and do nothing, and every route but the published ones needs a token',
  async open(stack) {
    const gateway = stack.use(await bootGateway({ polls: false, env: { REQUEST_RATE: 'off' } }));
    const ada = await gateway.signUpWithCredential();
    gateway.simulator.calls.reset();
    const { host, port } = new URL(gateway.url);

    const raw = rawRequests(host, ada.tokens.accessToken).map(
      ({ title, bytes, statuses }): AuditCase => ({
        name: `a request ${title}: ${statuses.join(' or ')}`,
        async attempt() {
          const { text } = await sendRaw(Number(port), bytes);
          return oneOf(Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), statuses) ?? untouched(gateway);
        },
      }),
    );
    const bodies = BODY_ROUTES.flatMap((route) =>
      hostileBodies.map((one) => bodyCase(gateway, route, one, ada.tokens.accessToken)),
    );
    const anonymous = (await routesOf(gateway)).map(
      ({ method, path }): AuditCase => ({
        name: `${method} ${path}, without a token: 401`,
        async attempt() {
          const response = await fetch(`${gateway.url}${path.replace(/\{\w+\}/g, '1')}`, { method });
          await response.body?.cancel();
          return difference(response.status, 401);
        },
      }),
    );
    const published: AuditCase = {
      name: 'the published routes, without a token: the others are at least forty',
      attempt: async () => (anonymous.length >= 40 ? undefined : `there are ${anonymous.length}`),
    };
    const good: HostileBody = { title: 'that is right', body: '{"query":"{ __typename }"}', statuses: [400] };
    return {
      cases: [...raw, ...bodies, ...anonymous, published],
      controls: [
        bodyCase(gateway, '/graphql', good, ada.tokens.accessToken),
        {
          name: 'a mutation that is carried out',
          async attempt() {
            await ada.ask('mutation { createAgent(input: { name: "x" }) { id } }');
            return untouched(gateway);
          },
        },
        {
          name: 'a route that is published',
          attempt: async () => difference((await fetch(`${gateway.url}/healthz`)).status, 401),
        },
      ],
    };
  },
};

function bodyCase(
  gateway: Gateway,
  route: string,
  { title, body, headers, statuses }: HostileBody,
  token: string,
): AuditCase {
  return {
    name: `a body ${title}, to POST ${route}: ${statuses.join(' or ')}`,
    async attempt() {
      const response = await fetch(`${gateway.url}${route}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
        body: body as string,
      });
      const text = await response.text();
      if (text.length > 16_000) return `the refusal has ${text.length} characters`;
      if ('isAdmin' in {}) return 'the prototype of all objects was changed';
      return oneOf(response.status, statuses) ?? untouched(gateway);
    },
  };
}

function oneOf(status: number, wanted: readonly number[]): string | undefined {
  return wanted.includes(status) ? undefined : `${status} instead of ${wanted.join(' or ')}`;
}

function untouched({ simulator }: Gateway): string | undefined {
  return simulator.calls.count() === 0 ? undefined : 'it reached an upstream';
}

async function routesOf({ url }: Gateway): Promise<{ method: string; path: string }[]> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .map((method) => ({ method: method.toUpperCase(), path }))
      .filter((route) => !PUBLIC.includes(`${route.method} ${route.path}`)),
  );
}
