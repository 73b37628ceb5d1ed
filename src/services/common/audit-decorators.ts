import { isGatewayError } from '../../errors.ts';
import type { WatchHealth } from '../../events/writers/watch-health.ts';
import { findPrincipal } from '../../store/identity/users.ts';
import type { Store } from '../../store/store.ts';
import type { Viewer } from '../../viewer.ts';
import { type Audit, type AuditAct, actorOf } from './audit.ts';

/** An operation of a service: its first argument is the caller. */
type Operation<Args extends readonly unknown[], Answer> = (viewer: Viewer, ...args: Args) => Promise<Answer>;

/** Makes an operation that does the same and is recorded as `act` when it has ended, before it is answered. */
export type Audited = <Args extends readonly unknown[], Answer>(
  act: AuditAct,
  operation: Operation<Args, Answer>,
) => Operation<Args, Answer>;

/** Ids that an entry takes from the first argument and the answer of an operation. */
const ID_NAMES = [
  'id',
  'taskId',
  'aiTaskId',
  'taskListId',
  'deploymentId',
  'credentialId',
  'agentCredentialId',
];

/** Failures that are not recorded: the request was unusable, and nothing was tried. */
const NOT_TRIED = ['BAD_USER_INPUT', 'NOT_FOUND', 'CREDENTIAL_MISSING'];

/** The decorator for operations of the callers that `isRecorded` selects. */
export function createAudited(audit: Audit, isRecorded: (viewer: Viewer) => boolean): Audited {
  return (act, operation) =>
    async (viewer, ...args) => {
      if (!isRecorded(viewer)) return operation(viewer, ...args);
      const entry = { act, ...actorOf(viewer) };
      const [input] = args;
      try {
        const answer = await operation(viewer, ...args);
        await audit.record({ ...entry, subjects: { ...idsIn(input), ...idsIn(answer) } });
        return answer;
      } catch (error) {
        const outcome = isGatewayError(error) ? error.code : 'INTERNAL';
        if (!NOT_TRIED.includes(outcome)) await audit.record({ ...entry, outcome, subjects: idsIn(input) });
        throw error;
      }
    };
}

/** The same health; it also records each credential that an upstream rejects, in a request or in a poll. */
export function auditHealth(
  health: WatchHealth,
  { store, audit }: { store: Store; audit: Audit },
): WatchHealth {
  return {
    ...health,
    async credentialRejected(credential) {
      await health.credentialRejected(credential);
      const onBehalfOf = (await findPrincipal(store.db, credential.ownerId)) ?? null;
      const subjects = { credentialId: credential.id };
      await audit.record({ act: 'CREDENTIAL_REJECTION', actor: null, onBehalfOf, subjects });
    },
  };
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
