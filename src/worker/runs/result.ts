import { isGatewayError } from '../../errors.ts';
import { findCredential } from '../../store/identity/credentials.ts';
import type { AiTaskRunRow } from '../../store/schema/index.ts';
import { filesOf } from '../../upstream/quantconnect/conversation.ts';
import type { RunDeps } from './step.ts';

/** Failures that will not pass by waiting: the work is done all the same. */
const LASTING = ['NOT_FOUND', 'CREDENTIAL_REJECTED', 'UPSTREAM_REJECTED', 'UPSTREAM_BAD_RESPONSE'];

/** What came of the deployment; without tokens and files where the conversation cannot be read any more. */
export async function resultOf(
  { store, agentsOf }: RunDeps,
  { ownerId, agentCredentialId, taskId, deploymentId }: AiTaskRunRow,
): Promise<Record<string, unknown>> {
  const known = { taskId, deploymentId };
  const credential = await findCredential(store.db, ownerId, agentCredentialId);
  if (credential === undefined || credential.status === 'REJECTED' || deploymentId === null) return known;
  try {
    const conversation = await agentsOf(credential).readConversation(deploymentId);
    const { inputTokens, outputTokens } = conversation;
    return { ...known, inputTokens, outputTokens, files: filesOf(conversation).map(({ path }) => path) };
  } catch (error) {
    if (isGatewayError(error) && LASTING.includes(error.code)) return known;
    throw error;
  }
}
