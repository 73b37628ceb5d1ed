import { parseJson } from '../../lib/json.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';

/** The change that brings a run to its bad end; the AI task is told before the run is over. */
export function failed(reason: string) {
  return { state: 'FINISHING' as const, reason };
}

/** Why a deployment that is over is no success; undefined when it is one. */
export function failureOf(deployment: DeploymentRow | undefined): string | undefined {
  if (deployment === undefined) return 'The deployment is not known any more';
  if (!deployment.isTerminal) {
    return deployment.isDeleted
      ? `Deployment ${deployment.id} was deleted`
      : `Nobody can say how deployment ${deployment.id} ends: its credential was deleted`;
  }
  // Deleted after its end, it has ended all the same.
  if (deployment.status === 'COMPLETED') return undefined;
  const { runtimeError } = parseJson(deployment.state);
  const words = runtimeError ? `: ${runtimeError}` : '';
  return `Deployment ${deployment.id} ended as ${deployment.rawStatus}${words}`;
}

/** How a deployment stands, as the AI task's progress message. */
export function progressOf({ id, rawStatus }: DeploymentRow): string {
  return `Deployment ${id}: ${rawStatus}`;
}
