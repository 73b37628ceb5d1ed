import { objectIn } from '../control-routes.ts';
import type { ControlRoutes } from '../upstream.ts';
import type { Account } from './accounts.ts';
import type { Behavior } from './behavior.ts';
import type { QuantConnectControl } from './control.ts';
import type { DeploymentScript, Outcome, Pace, PaceName } from './script.ts';

/** The control interface over HTTP, for a simulator that runs as a process of its own. */
export function quantConnectRoutes(control: QuantConnectControl): ControlRoutes {
  return {
    'GET /state': () => control.state(),
    'POST /accounts': ({ body }) => {
      const account = objectIn(body) as unknown as Account;
      if (!account.userId || !account.apiToken || !Array.isArray(account.organizations)) {
        throw new TypeError('an account is {userId, apiToken, organizations: [{id, nodeSku}]}');
      }
      control.addAccount(account);
    },
    'DELETE /accounts/:userId': ({ params }) => control.removeAccount(params.userId ?? ''),
    'POST /pace': ({ body }) =>
      control.setPace(typeof body === 'string' ? (body as PaceName) : (objectIn(body) as Partial<Pace>)),
    'POST /behavior': ({ body }) => control.setBehavior(objectIn(body) as Partial<Behavior>),
    'POST /organizations/:id/capacity': ({ body, params }) =>
      control.setCapacity(params.id ?? '', Number(objectIn(body).capacity)),
    'POST /script': ({ body }) => control.scriptAll(objectIn(body) as DeploymentScript),
    'POST /tasks/:id/script': ({ body, params }) =>
      control.scriptTask(Number(params.id), objectIn(body) as DeploymentScript),
    'POST /tasks/:id/deploy': ({ params }) => ({ deploymentId: control.deployTask(Number(params.id)) }),
    'POST /deployments/:id/script': ({ body, params }) =>
      control.scriptDeployment(params.id ?? '', objectIn(body) as DeploymentScript),
    'POST /deployments/:id/end': ({ body, params }) => {
      const { outcome, runtimeError } = objectIn(body ?? {}) as { outcome?: Outcome; runtimeError?: string };
      control.endDeployment(params.id ?? '', outcome, runtimeError);
    },
  };
}
