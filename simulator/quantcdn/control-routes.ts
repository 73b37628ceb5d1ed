import { objectIn } from '../control-routes.ts';
import type { ControlRoutes } from '../upstream.ts';
import type { BehaviorChange } from './behavior.ts';
import type { QuantCdnControl } from './control.ts';
import type { Interference } from './interference.ts';
import type { TaskFields } from './records.ts';
import type { QuantCdnToken } from './tokens.ts';

/** The control interface over HTTP, for a simulator that runs as a process of its own. */
export function quantCdnRoutes(control: QuantCdnControl): ControlRoutes {
  return {
    'GET /quantcdn/state': () => control.state(),
    'POST /quantcdn/tokens': ({ body }) => {
      const token = objectIn(body) as unknown as QuantCdnToken;
      if (!token.token || !token.name || !Array.isArray(token.organisations)) {
        throw new TypeError('a token is {token, name, organisations: [...]}');
      }
      control.addToken(token);
    },
    'DELETE /quantcdn/tokens/:name': ({ params }) => control.removeToken(params.name ?? ''),
    'POST /quantcdn/behavior': ({ body }) => control.setBehavior(objectIn(body) as BehaviorChange),
    'POST /quantcdn/organisations/:organisation/tasks': ({ body, params }) => ({
      taskId: control.createTask(params.organisation ?? '', objectIn(body ?? {}) as Partial<TaskFields>),
    }),
    'POST /quantcdn/interferences': ({ body }) =>
      control.interfere(objectIn(body) as unknown as Interference),
    'DELETE /quantcdn/tasks': () => control.removeAllTasks(),
    'GET /quantcdn/tasks/:taskId': ({ params }) => {
      const task = control.task(params.taskId ?? '');
      if (!task) throw new RangeError(`no task ${params.taskId}`);
      return task;
    },
    'PUT /quantcdn/tasks/:taskId': ({ body, params }) =>
      control.updateTask(params.taskId ?? '', objectIn(body) as Partial<TaskFields>),
    'DELETE /quantcdn/tasks/:taskId': ({ params }) => control.removeTask(params.taskId ?? ''),
  };
}
