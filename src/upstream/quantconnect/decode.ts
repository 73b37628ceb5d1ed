import { asJsonObject } from '../../lib/json.ts';
import type { ReportFinding } from '../fields/drift.ts';
import type { ObjectReader } from '../fields/object-reader.ts';
import { type Listing, readList, readObject } from '../fields/read.ts';
import { idOf } from '../fields/values.ts';
import type { UpstreamLogger } from '../logger.ts';
import { badResponse } from '../transport/response-failures.ts';
import type { Envelope } from './answer.ts';
import { decodeConversation } from './decode-conversation.ts';
import { decodeAgent, decodeDeployment, decodeTask } from './decode-objects.ts';
import type { Agent, AgentTask, Conversation, Deployment } from './model.ts';

/**
 * Decodes what was asked for from the envelope of a success.
 * @param report gets what the decoder does not know
 * @throws UPSTREAM_BAD_RESPONSE, and nothing else
 */
export type Decode<T> = (envelope: Envelope, report: ReportFinding) => T;

/** The decoders of the agents API. */
export interface Decoders {
  agent: Decode<Agent>;
  agents: Decode<Listing<Agent>>;
  task: Decode<AgentTask>;
  tasks: Decode<Listing<AgentTask>>;
  deployment: Decode<Deployment>;
  deployments: Decode<Listing<Deployment>>;
  /** The id is in `deployment.deploymentId`, else in `debug.id`. `debug` stays in the `raw` of the deployment. */
  createdDeployment: Decode<Deployment>;
  conversation(deploymentId: string): Decode<Conversation>;
  /** The answer to a change, of which nothing is used. The upstream may show the changed `task`. */
  receipt: Decode<void>;
}

/** Only answers of status 2xx are decoded. */
const DECODED_STATUS = 200;

/** Members of every envelope. They say how the call went, not what it is about. */
const ENVELOPE = ['success', 'errors', 'messages', 'Message', 'message'];

/** Creates the decoders. They log elements that are left out of a list, and answers without `success`. */
export function createDecoders(logger: UpstreamLogger): Decoders {
  /** Reports members of the envelope that are neither expected nor the field that was asked for. */
  const checkEnvelope = (
    { success, fields }: Envelope,
    report: ReportFinding,
    known: readonly string[],
  ): void => {
    if (success === undefined) logger('warn', 'upstream answer without success', { field: known[0] });
    for (const name of Object.keys(fields)) {
      if (!ENVELOPE.includes(name) && !known.includes(name)) report({ path: name, kind: 'UNKNOWN_FIELD' });
    }
  };

  const one =
    <T>(field: string, decode: (reader: ObjectReader) => T | undefined): Decode<T> =>
    (envelope, report) => {
      checkEnvelope(envelope, report, [field]);
      const decoded = readObject(envelope.fields[field], field, report, decode);
      if (decoded === undefined) throw badResponse(DECODED_STATUS, `no usable ${field}`);
      return decoded;
    };

  const many =
    <T>(field: string, decode: (reader: ObjectReader) => T | undefined): Decode<Listing<T>> =>
    (envelope, report) => {
      checkEnvelope(envelope, report, [field]);
      const listing = readList(envelope.fields[field] ?? [], field, report, decode);
      if (listing === undefined) throw badResponse(DECODED_STATUS, `no usable ${field}`);
      if (listing.skipped > 0)
        logger('warn', 'upstream list elements left out', { field, skipped: listing.skipped });
      return listing;
    };

  return {
    agent: one('agent', decodeAgent),
    agents: many('agents', decodeAgent),
    task: one('task', decodeTask),
    tasks: many('tasks', decodeTask),
    deployment: one('deployment', decodeDeployment),
    deployments: many('deployments', decodeDeployment),
    // Without an id in either place the deployment is lost (docs/upstream/quantconnect.md, Deployment requests).
    createdDeployment: (envelope, report) => {
      const { deployment, debug, ...rest } = envelope.fields;
      const fields = asJsonObject(deployment);
      const deploymentId = idOf(fields.deploymentId) ?? idOf(asJsonObject(debug).id);
      const whole = {
        ...fields,
        ...(deploymentId != null && { deploymentId }),
        ...(debug != null && { debug }),
      };
      const found = { ...envelope, fields: { ...rest, deployment: whole } };
      return one('deployment', decodeDeployment)(found, report);
    },
    conversation: (deploymentId) => (envelope, report) => {
      checkEnvelope(envelope, report, ['conversation']);
      return decodeConversation(deploymentId, envelope.fields.conversation, report);
    },
    receipt: (envelope, report) => checkEnvelope(envelope, report, ['task']),
  };
}
