import { isGatewayError } from '../errors.ts';
import type { Viewer } from '../viewer.ts';
import { type Audit, type AuditAct, actorOf } from './common/audit.ts';
import type { Services } from './services.ts';

/** Operations of a service, and the act each is recorded as. */
type Acts<S> = Partial<Record<keyof S, AuditAct>>;
/** Every recorded operation takes who asks first. */
type Operation = (viewer: Viewer, ...rest: unknown[]) => Promise<unknown>;

/** Recorded whoever does it. */
const CREDENTIAL_ACTS: Acts<Services['credentials']> = {
  saveQuantConnect: 'CREDENTIAL_SAVE',
  saveQuantCdn: 'CREDENTIAL_SAVE',
  update: 'CREDENTIAL_CHANGE',
  verify: 'CREDENTIAL_VERIFY',
  remove: 'CREDENTIAL_DELETE',
};

/** Recorded when a service account does it for a user. */
const AGENT_ACTS: Acts<Services['agents']> = {
  create: 'AGENT_CREATE',
  update: 'AGENT_UPDATE',
  remove: 'AGENT_DELETE',
};
const TASK_ACTS: Acts<Services['tasks']> = {
  create: 'TASK_CREATE',
  update: 'TASK_UPDATE',
  remove: 'TASK_DELETE',
};
const AI_TASK_ACTS: Acts<Services['aiTasks']> = {
  create: 'AI_TASK_CREATE',
  update: 'AI_TASK_UPDATE',
  claim: 'AI_TASK_UPDATE',
  remove: 'AI_TASK_DELETE',
};
const AI_TASK_LINK_ACTS: Acts<Services['aiTaskLinks']> = { link: 'AI_TASK_LINK' };
const AI_TASK_RUN_ACTS: Acts<Services['aiTaskRuns']> = { run: 'AI_TASK_RUN' };
const AI_TASK_LIST_RUN_ACTS: Acts<Services['aiTaskListRuns']> = { run: 'AI_LIST_RUN', stop: 'AI_LIST_STOP' };
const DEPLOYMENT_ACTS: Acts<Services['deployments']> = {
  deploy: 'DEPLOYMENT_CREATE',
  prompt: 'DEPLOYMENT_PROMPT',
  stop: 'DEPLOYMENT_STOP',
  remove: 'DEPLOYMENT_DELETE',
};

/** Ids of arguments and answers that a row names. */
const ID_NAMES = [
  'id',
  'taskId',
  'aiTaskId',
  'taskListId',
  'deploymentId',
  'credentialId',
  'agentCredentialId',
];
/** What an unusable request names is not worth a row: nothing was tried. */
const NOT_TRIED = ['BAD_USER_INPUT', 'NOT_FOUND', 'CREDENTIAL_MISSING'];

/**
 * The same services, with their acts in the audit log once they are over, whatever came of them: in one place for
 * all doors. Reading is not recorded; that a service got a user's token is, and every change it makes with it.
 */
export function withAudit(services: Services, audit: Audit): Services {
  return {
    ...services,
    credentials: wrap(services.credentials, CREDENTIAL_ACTS, { audit, isForAll: true }),
    agents: wrap(services.agents, AGENT_ACTS, { audit }),
    tasks: wrap(services.tasks, TASK_ACTS, { audit }),
    aiTasks: wrap(services.aiTasks, AI_TASK_ACTS, { audit }),
    aiTaskLinks: wrap(services.aiTaskLinks, AI_TASK_LINK_ACTS, { audit }),
    aiTaskRuns: wrap(services.aiTaskRuns, AI_TASK_RUN_ACTS, { audit }),
    aiTaskListRuns: wrap(services.aiTaskListRuns, AI_TASK_LIST_RUN_ACTS, { audit }),
    deployments: wrap(services.deployments, DEPLOYMENT_ACTS, { audit }),
  };
}

function wrap<S extends object>(
  service: S,
  acts: Acts<S>,
  { audit, isForAll = false }: { audit: Audit; isForAll?: boolean },
): S {
  const recordedOperation =
    (run: Operation, act: AuditAct): Operation =>
    async (viewer, ...rest) => {
      if (!isForAll && viewer.actor === null) return run(viewer, ...rest);
      const entry = { act, ...actorOf(viewer) };
      try {
        const answer = await run(viewer, ...rest);
        await audit.record({ ...entry, subjects: { ...idsIn(rest[0]), ...idsIn(answer) } });
        return answer;
      } catch (error) {
        const outcome = isGatewayError(error) ? error.code : 'INTERNAL';
        if (!NOT_TRIED.includes(outcome)) await audit.record({ ...entry, outcome, subjects: idsIn(rest[0]) });
        throw error;
      }
    };
  const operations = Object.entries<AuditAct>(acts as Record<string, AuditAct>).map(([name, act]) => [
    name,
    recordedOperation(service[name as keyof S] as Operation, act),
  ]);
  return { ...service, ...Object.fromEntries(operations) };
}

function idsIn(value: unknown): Record<string, string> {
  if (typeof value === 'string') return idsIn({ id: value });
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      ([name, id]) => ID_NAMES.includes(name) && typeof id === 'string' && /^[\w-]{1,128}$/.test(id),
    ),
  );
}
