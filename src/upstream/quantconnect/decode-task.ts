import { z } from 'zod';
import { id, listOf, optionalId, textOrEmpty, textUnlessEmpty } from '../loose-fields.ts';
import { person } from './decode-objects.ts';
import { count, idUnlessZero, time } from './fields.ts';
import type { AgentTask, Deployment } from './model.ts';
import { interpretStatus } from './status.ts';

const activeDeployment = z
  .object({ deploymentId: id, status: textOrEmpty })
  .transform(({ deploymentId, status }) => ({ deploymentId, rawStatus: status }));

/** An id that is empty text when missing, where the model promises one. */
const idOrEmpty = optionalId.transform((value) => value ?? '');

/** A task of the wire (upstream page 5.1): `deployments` is a count, `status` the unfinished ones. */
export const taskSchema = z
  .object({
    id,
    name: textOrEmpty,
    prompt: textOrEmpty,
    organizationId: idOrEmpty,
    agentId: idOrEmpty,
    projectPreference: textUnlessEmpty,
    projectId: idUnlessZero,
    deployments: count,
    lastDeploymentTime: time,
    owner: person,
    schedule: textUnlessEmpty,
    scheduleHuman: textUnlessEmpty,
    created: time,
    updated: time,
    status: listOf(activeDeployment),
  })
  .transform(
    ({ deployments, lastDeploymentTime, created, updated, status, ...same }): AgentTask => ({
      ...same,
      deploymentCount: deployments,
      lastDeployedAt: lastDeploymentTime,
      createdAt: created,
      updatedAt: updated,
      activeDeployments: status,
    }),
  );

/** A deployment of the wire (upstream page 7.1). */
export const deploymentSchema = z
  .object({
    deploymentId: id,
    status: textOrEmpty,
    taskId: optionalId,
    agentId: optionalId,
    model: textUnlessEmpty,
    prompt: textUnlessEmpty,
    projectId: idUnlessZero,
    runtimeError: textUnlessEmpty,
    created: time,
    started: time,
    ended: time,
  })
  .transform(({ deploymentId, status, created, started, ended, ...same }): Deployment => {
    const facts = { rawStatus: status, endedAt: ended, runtimeError: same.runtimeError };
    return {
      ...same,
      ...facts,
      ...interpretStatus(facts),
      id: deploymentId,
      createdAt: created,
      startedAt: started,
    };
  });
