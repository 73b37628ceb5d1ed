import type { z } from 'zod';
import { asJsonObject } from '../../lib/json.ts';
import type { UpstreamLogger } from '../logger.ts';
import { decodeList, id } from '../loose-fields.ts';
import { badResponse } from '../transport/response-failures.ts';
import type { Envelope } from './answer.ts';
import { decodeConversation } from './conversation.ts';
import { agentSchema, deploymentSchema, taskSchema } from './decode-objects.ts';
import type { Agent, AgentTask, Conversation, Deployment } from './model.ts';

/** Decodes what was asked for from the envelope of a success. @throws UPSTREAM_BAD_RESPONSE, and nothing else */
export type Decode<T> = (envelope: Envelope) => T;

/** The decoders of the agents API. */
export interface Decoders {
  agent: Decode<Agent>;
  agents: Decode<Agent[]>;
  task: Decode<AgentTask>;
  tasks: Decode<AgentTask[]>;
  deployment: Decode<Deployment>;
  deployments: Decode<Deployment[]>;
  /** The id is in `deployment.deploymentId`, else in `debug.id`. */
  createdDeployment: Decode<Deployment>;
  conversation(deploymentId: string): Decode<Conversation>;
}

/** Only answers of status 2xx are decoded. */
const DECODED_STATUS = 200;

function idIn(value: unknown, name: string): string | undefined {
  return id.safeParse(asJsonObject(value)[name]).data;
}

/** Creates the decoders. They log elements that are left out of a list, and answers without `success`. */
export function createDecoders(logger: UpstreamLogger): Decoders {
  const warnMissingSuccess = ({ success }: Envelope, field: string): void => {
    if (success === undefined) logger('warn', 'upstream answer without success', { field });
  };

  const one =
    <T extends z.ZodType>(field: string, schema: T): Decode<z.output<T>> =>
    (envelope) => {
      warnMissingSuccess(envelope, field);
      const result = schema.safeParse(envelope.fields[field]);
      if (!result.success) throw badResponse(DECODED_STATUS, `no usable ${field}`);
      return result.data;
    };

  const many =
    <T extends z.ZodType>(field: string, schema: T): Decode<z.output<T>[]> =>
    (envelope) => {
      warnMissingSuccess(envelope, field);
      const value = envelope.fields[field] ?? [];
      if (typeof value !== 'object') throw badResponse(DECODED_STATUS, `no usable ${field}`);
      return decodeList(schema, value, (skipped) =>
        logger('warn', 'upstream list elements left out', { field, skipped }),
      );
    };

  return {
    agent: one('agent', agentSchema),
    agents: many('agents', agentSchema),
    task: one('task', taskSchema),
    tasks: many('tasks', taskSchema),
    deployment: one('deployment', deploymentSchema),
    deployments: many('deployments', deploymentSchema),
    // Without an id in either place the deployment is lost (docs/upstream/quantconnect.md, Deployment requests).
    createdDeployment: (envelope) => {
      const { deployment, debug } = envelope.fields;
      const deploymentId = idIn(deployment, 'deploymentId') ?? idIn(debug, 'id');
      const fields = { deployment: { ...asJsonObject(deployment), deploymentId } };
      return one('deployment', deploymentSchema)({ ...envelope, fields });
    },
    conversation: (deploymentId) => (envelope) =>
      decodeConversation(deploymentId, envelope.fields.conversation),
  };
}
