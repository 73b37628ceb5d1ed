import { type Answer, htmlPage, type UpstreamRequest } from '../upstream.ts';
import { agentOperations } from './agents.ts';
import { authenticate, readCredentials, refuseCredentials } from './auth.ts';
import { conversationOperations } from './conversation.ts';
import { deploymentOperations } from './deployments.ts';
import { bodyObject, readFields } from './fields.ts';
import { loosely } from './loose-types.ts';
import type { Operation } from './operation.ts';
import { Refusal } from './refusal.ts';
import { refusal } from './spoil.ts';
import { taskOperations } from './tasks.ts';
import type { World } from './world.ts';

/** Every path of the agents API (docs/upstream/quantconnect.md, Operations). */
const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    '/authenticate': () => ({}),
    ...agentOperations,
    ...taskOperations,
    ...deploymentOperations,
    ...conversationOperations,
  }),
);

/** The paths of all operations. */
export const operationPaths: readonly string[] = [...OPERATIONS.keys()];

/** Creates the function that answers requests: route, credentials, operation, envelope, in this order. */
export function createRouter(world: World): (request: UpstreamRequest) => Answer {
  return ({ method, path, headers, body }) => {
    const operation = OPERATIONS.get(path);
    const allowed = method === 'POST' || (method === 'GET' && path === '/authenticate');
    if (!operation || !allowed) return htmlPage(404, 'Not Found');

    const { behavior } = world;
    const credentials = readCredentials(headers);
    const account = authenticate(credentials, world.accounts, behavior, world.clock.wall());
    if (!account) return refuseCredentials(behavior.authFailure, credentials);

    try {
      const object = bodyObject(body);
      const fields = readFields(object, behavior.looseTypes);
      const result = operation({ caller: { account, world }, fields, body: object });
      const json = { success: true, errors: [], ...result };
      return { status: 200, json: behavior.looseTypes ? loosely(json) : json };
    } catch (error) {
      if (error instanceof Refusal) return refusal(error.message);
      throw error;
    }
  };
}
