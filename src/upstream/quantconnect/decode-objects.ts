import { z } from 'zod';
import {
  anything,
  id,
  listOf,
  number,
  optionalId,
  text,
  textOrEmpty,
  textUnlessEmpty,
} from '../loose-fields.ts';
import { count, flag, idUnlessZero, objectOrNull, time } from './fields.ts';
import type { Agent, AgentTask, Deployment } from './model.ts';
import { interpretStatus } from './status.ts';

/** An author or owner: `{publicId, name, image}`. */
const person = objectOrNull(z.object({ publicId: text, name: text, image: text }));

const organization = objectOrNull(z.object({ id, name: text }));
const node = objectOrNull(z.object({ id, sku: text }));
const chainedAgent = z.object({ agentId: id, step: count });
const subAgent = z.object({ agentId: id, callableCount: number });
/** Only the provider is read; the key beside it is dropped. */
const token = objectOrNull(z.object({ llmProviderApi: textUnlessEmpty }));

/** An agent (docs/upstream/quantconnect.md, Agent fields). Only the id is required. */
export const agentSchema = z
  .object({
    id,
    name: textOrEmpty,
    description: text,
    profileImage: text,
    systemPrompt: text,
    reasoningEffort: textUnlessEmpty,
    maxTurns: number,
    toolChoice: textUnlessEmpty,
    tools: listOf(z.string()),
    public: flag,
    model: textUnlessEmpty,
    pipeline: textUnlessEmpty,
    outputSchema: anything,
    useQCC: flag,
    token,
    chainedAgents: listOf(chainedAgent),
    subAgents: listOf(subAgent),
    author: person,
    organization,
    node,
    created: time,
    updated: time,
  })
  .transform(
    ({ useQCC, token: key, created, updated, outputSchema, ...same }): Agent => ({
      ...same,
      outputSchema: outputSchema ?? null,
      useQcc: useQCC,
      llmProvider: key?.llmProviderApi ?? null,
      createdAt: created,
      updatedAt: updated,
    }),
  );

const activeDeployment = z
  .object({ deploymentId: id, status: textOrEmpty })
  .transform(({ deploymentId, status }) => ({ deploymentId, rawStatus: status }));

/** An id, or empty text when it is missing, where the model has no null. */
const idOrEmpty = optionalId.transform((value) => value ?? '');

/**
 * A task (docs/upstream/quantconnect.md, Task fields). `deployments` is a count, and `status` lists the unfinished
 * ones.
 */
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

/** A deployment (docs/upstream/quantconnect.md, Deployment fields). */
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
