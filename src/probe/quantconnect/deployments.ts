import { asJsonObject } from '../../lib/json.ts';
import { classifyStatus } from '../../upstream/quantconnect/status.ts';
import { type Assumption, broken, HELD, heldUnless, Undecided } from '../assumption.ts';
import { typeName } from '../shapes.ts';
import { isEnded, objectsOf, type QuantConnectEvidence } from './evidence.ts';

/** Deployments (docs/upstream/quantconnect.md, Deployments). */
export const DEPLOYMENT_ASSUMPTIONS: readonly Assumption<QuantConnectEvidence>[] = [
  {
    id: 'deployment-id-form',
    statement: 'A `deploymentId` is `A-` and 32 lower-case hexadecimal digits',
    judge(evidence) {
      const odd = evidence
        .deployments()
        .filter(({ deploymentId }) => !/^A-[0-9a-f]{32}$/.test(String(deploymentId)));
      return heldUnless(odd.map(({ deploymentId }) => `a ${typeName(deploymentId)} of another form`));
    },
  },
  {
    id: 'ended-when-over',
    statement: 'A deployment has `ended` when its status is an end, and else null',
    judge(evidence) {
      const known = evidence
        .deployments()
        .filter(({ status }) => classifyStatus(String(status)) !== 'UNKNOWN');
      if (known.length === 0) throw new Undecided('there is no deployment with a known status');
      const findings = known.flatMap((deployment) => {
        const hasEnded = typeof deployment.ended === 'string' && deployment.ended !== '';
        if (hasEnded === isEnded(deployment)) return [];
        return [`${classifyStatus(String(deployment.status))} ${hasEnded ? 'with' : 'without'} \`ended\``];
      });
      return heldUnless(findings);
    },
  },
  {
    id: 'runtime-error-when-failed',
    statement: 'A failed deployment has `runtimeError`',
    judge(evidence) {
      const failed = evidence
        .deployments()
        .filter(({ status }) => classifyStatus(String(status)) === 'FAILED');
      if (failed.length === 0) throw new Undecided('no deployment has failed');
      return failed.every(({ runtimeError }) => typeof runtimeError === 'string' && runtimeError !== '')
        ? HELD
        : broken('one is without');
    },
  },
  {
    id: 'active-deployments-in-task',
    statement: "A task's `status` lists its deployments that have not ended, all of them and no other",
    judge(evidence) {
      const named = evidence.tasks().flatMap(({ status }) => objectsOf(status));
      if (named.some(isEnded)) return broken('it lists ended ones');
      const listed = objectsOf(evidence.member('deployments/list', 'deployments'));
      const unfinished = listed.filter((one) => !isEnded(one) && (one.ended ?? '') === '');
      if (unfinished.length === 0) throw new Undecided('every deployment of the task has ended');
      // One that ended between the reads is in one of the two.
      const ids = new Set(named.map(({ deploymentId }) => deploymentId));
      const missing = unfinished.filter(({ deploymentId }) => !ids.has(deploymentId));
      return missing.length === 0 ? HELD : broken(`${missing.length} of ${unfinished.length} are not listed`);
    },
  },
  {
    id: 'list-order',
    statement: 'A list is whole: `deployments/list` has as many as the task counts',
    judge(evidence) {
      const length = objectsOf(evidence.member('deployments/list', 'deployments')).length;
      const { id, deployments } = asJsonObject(evidence.member('tasks/read', 'task'));
      const before = evidence.tasks().find((task) => task.id === id)?.deployments;
      // One that was made between the reads is in the later count alone.
      return [Number(deployments), Number(before)].includes(length)
        ? HELD
        : broken(length < Number(deployments) ? 'the list has fewer' : 'the list has more');
    },
  },
];
