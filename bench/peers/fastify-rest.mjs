// p1: REST with Fastify, as it is usually written: a hook verifies the token and opens the credential, undici asks the
// upstream, a compiled serializer writes the answer.
import Fastify from 'fastify';
import { call, credentialOf, isReady, listening } from './common.mjs';

const text = { type: 'string' };
const integer = { type: 'integer' };
const object = (properties) => ({ type: 'object', properties });
const list = (items) => ({ type: 'array', items });
const answering = (properties) => ({ schema: { response: { 200: object({ data: object(properties) }) } } });
const agentShape = object({ id: integer, name: text, model: text });

const app = Fastify();
app.decorateRequest('credential', null);
app.addHook('onRequest', async (request, reply) => {
  try {
    request.credential = credentialOf(request.headers.authorization);
  } catch {
    return reply.code(401).send({ error: 'unauthenticated' });
  }
});

app.get('/agents/:id', answering({ agent: agentShape }), async ({ credential, params }) => {
  const { agent } = await call(credential, '/agents/read', { agentId: Number(params.id) });
  return { data: { agent } };
});

app.get(
  '/tasks/:organizationId',
  answering({ tasks: list(object({ id: integer, name: text, agentId: integer })) }),
  async ({ credential, params: { organizationId } }) => {
    const { tasks } = await call(credential, '/agents/tasks/list', { organizationId });
    return { data: { tasks } };
  },
);

app.get(
  '/nested/:organizationId',
  answering({
    tasks: list(
      object({
        id: integer,
        name: text,
        agent: agentShape,
        deployments: list(object({ id: text, status: text })),
      }),
    ),
  }),
  async ({ credential, params: { organizationId } }) => {
    const { tasks } = await call(credential, '/agents/tasks/list', { organizationId });
    const agents = new Map();
    const agentOf = (agentId) => {
      if (!agents.has(agentId)) agents.set(agentId, call(credential, '/agents/read', { agentId }));
      return agents.get(agentId);
    };
    const rows = tasks.map(async ({ id, name, agentId }) => {
      const [{ agent }, { deployments }] = await Promise.all([
        agentOf(agentId),
        call(credential, '/agents/deployments/list', { taskId: id }),
      ]);
      const shown = deployments.map(({ deploymentId, status }) => ({ id: deploymentId, status }));
      return { id, name, agent, deployments: shown };
    });
    return { data: { tasks: await Promise.all(rows) } };
  },
);

await app.listen(listening);
isReady();
