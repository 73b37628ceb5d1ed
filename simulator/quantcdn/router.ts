import { type Answer, htmlPage, type UpstreamRequest } from '../upstream.ts';
import { admit, bearerOf } from './auth.ts';
import { encode } from './encoding.ts';
import { ApiError, errorAnswer } from './errors.ts';
import { changeTask } from './lifecycle.ts';
import type { QuantCdnWorld } from './operation.ts';
import { OPERATIONS, operationNameOf, routeOf } from './routes.ts';

/** Creates the function that answers requests: route, credentials, method, operation, encoding, in this order. */
export function createRouter(world: QuantCdnWorld): (request: UpstreamRequest) => Answer {
  const perform = ({ method, path, headers, query, body }: UpstreamRequest): Answer => {
    const route = routeOf(path);
    if (!route) return htmlPage(404, 'Not Found');
    const { organisation, id } = route;
    admit(world.tokens.get(bearerOf(headers)), organisation, world.clock.wall());
    const name = operationNameOf(method, path);
    if (!name) throw new ApiError(405, 'Method not allowed.');
    const tasks = world.store.of(organisation);
    const json = OPERATIONS[name]({ world, organisation, tasks, id, query, body });
    const touched = tasks.get(id || String(json.taskId));
    const meanwhile = touched && world.interferences.take(name, touched);
    if (meanwhile) changeTask(touched, meanwhile, world.clock, world.behavior);
    return { status: name === 'createTask' ? 201 : 200, json: encode(json, world.behavior.encoding) };
  };

  return (request) => {
    try {
      return perform(request);
    } catch (error) {
      if (error instanceof ApiError) return errorAnswer(error, world.behavior.errorShape);
      throw error;
    }
  };
}
