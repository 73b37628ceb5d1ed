/**
 * QuantConnect's API for deployments, in the process of the benchmark. Each user has an organization with tasks;
 * deployments are made through the gateway and change their status when the benchmark says so. The moment at which an
 * answer first shows a new status is noted, because no gateway can know it earlier.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { organizationOf, taskIdOf } from '../lib/identities.ts';
import { freePort } from '../lib/programs.ts';
import { agentView, conversationView, deploymentView, taskView } from './shapes.ts';
import { signerOf } from './signature.ts';

const KEEP_ALIVE_MS = 30_000;

/** A deployment that the gateway made. */
export interface LiveDeployment {
  id: string;
  user: number;
  taskId: number;
  status: string;
  /** Changed, and no answer has shown it yet. */
  isUnseen: boolean;
  /** When an answer first showed each change; nanoseconds of `process.hrtime`. */
  shownAt: number[];
}

export interface LiveUpstream {
  baseUrl: string;
  deployments: LiveDeployment[];
  /** The reads of task lists since `looks` was emptied, in order. */
  looks: { user: number; atNs: number }[];
  calls(): number;
  /** Changes the status of a deployment. @returns false while the last change was not shown yet */
  flip(deployment: LiveDeployment): boolean;
  /** How many changes answers have shown. */
  changesShown(): number;
  close(): void;
}

interface Body {
  agentId?: number;
  deploymentId?: string;
  taskId?: number;
}

export function nowNs(): number {
  return Number(process.hrtime.bigint());
}

export async function startLiveUpstream(tasksPerUser: number): Promise<LiveUpstream> {
  const deployments: LiveDeployment[] = [];
  const byId = new Map<string, LiveDeployment>();
  const byTask = new Map<number, LiveDeployment[]>();
  const looks: LiveUpstream['looks'] = [];
  let calls = 0;

  const show = (deployment: LiveDeployment): string => {
    if (deployment.isUnseen) {
      deployment.isUnseen = false;
      deployment.shownAt.push(nowNs());
    }
    return deployment.status;
  };
  const view = (deployment: LiveDeployment) =>
    deploymentView(deployment.id, deployment.taskId, show(deployment));
  const task = (user: number, id: number) =>
    taskView(
      id,
      organizationOf(user),
      (byTask.get(id) ?? []).map((one) => ({ deploymentId: one.id, status: show(one) })),
    );
  const create = (user: number, taskId: number): LiveDeployment => {
    const id = `A-${(deployments.length + 1).toString(16).padStart(32, '0')}`;
    const made = { id, user, taskId, status: 'Running', isUnseen: false, shownAt: [] };
    deployments.push(made);
    byId.set(id, made);
    byTask.set(taskId, [...(byTask.get(taskId) ?? []), made]);
    return made;
  };

  const routes: Record<string, (body: Body, user: number) => object> = {
    '/authenticate': () => ({}),
    '/agents/list': (_, user) => ({ agents: [agentView(1, organizationOf(user))] }),
    '/agents/read': ({ agentId = 1 }, user) => ({ agent: agentView(agentId, organizationOf(user)) }),
    '/agents/tasks/list': (_, user) => {
      looks.push({ user, atNs: nowNs() });
      return { tasks: Array.from({ length: tasksPerUser }, (_, at) => task(user, taskIdOf(user, at))) };
    },
    '/agents/tasks/read': ({ taskId = 0 }, user) => ({ task: task(user, taskId) }),
    '/agents/deployments/create': ({ taskId = 0 }, user) => {
      const made = create(user, taskId);
      return { deployment: view(made), debug: { id: made.id } };
    },
    '/agents/deployments/read': ({ deploymentId = '' }) => ({ deployment: view(byId.get(deploymentId)!) }),
    '/agents/deployments/list': ({ taskId = 0 }) => ({ deployments: (byTask.get(taskId) ?? []).map(view) }),
    '/agents/deployments/conversation/read': ({ deploymentId = '' }, user) => ({
      conversation: conversationView(deploymentId, organizationOf(user)),
    }),
  };

  const answerTo = (request: IncomingMessage, text: string): [number, object] => {
    calls += 1;
    const { authorization = '', timestamp = '' } = request.headers;
    const user = signerOf(authorization, String(timestamp));
    if (user === undefined) return [401, { success: false, errors: ["Hash doesn't match."] }];
    const route = routes[(request.url ?? '').replace('/api/v2', '')];
    if (!route) return [404, { success: false, errors: ['Not found.'] }];
    return [200, { ...route(JSON.parse(text || '{}'), user), success: true, errors: [] }];
  };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const [status, answer] = answerTo(request, text);
      const body = JSON.stringify(answer);
      const length = Buffer.byteLength(body);
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': length }).end(body);
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const port = await freePort();
  await once(server.listen(port, '127.0.0.1'), 'listening');

  return {
    baseUrl: `http://127.0.0.1:${port}/api/v2`,
    deployments,
    looks,
    calls: () => calls,
    flip(deployment) {
      if (deployment.isUnseen) return false;
      deployment.status = deployment.status === 'Running' ? 'InQueue' : 'Running';
      deployment.isUnseen = true;
      return true;
    },
    changesShown: () => deployments.reduce((count, { shownAt }) => count + shownAt.length, 0),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
