import { isGatewayError } from '../../errors.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import { findDeployment } from '../../store/deployments/deployments.ts';
import type { DeploymentRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import type { Viewer } from '../../viewer.ts';
import type { Connection, CredentialChoice } from '../common/connections.ts';
import type { DeploymentReader } from './deployment-reader.ts';

export interface DeploymentRemovalDeps {
  store: Pick<Store, 'db'>;
  reader: DeploymentReader;
  writer: DeploymentWriter;
}

/** A deployment to delete. What was said in it is erased too, unless the transcript is to be kept. */
export type RemovalRequest = CredentialChoice & { id: string; keepTranscript?: boolean | null | undefined };

/**
 * Deletes a deployment upstream and erases what was said in it. When the upstream has forgotten the deployment, what is
 * stored here is erased all the same.
 * @throws GatewayError `NOT_FOUND` when there is nothing of it here either
 */
export async function removeDeployment(
  { store, reader, writer }: DeploymentRemovalDeps,
  viewer: Viewer,
  { id, credentialId, keepTranscript }: RemovalRequest,
): Promise<void> {
  const row = await findDeployment(store.db, viewer.userId, id);
  const erase = () => writer.erase(viewer.userId, id, { keepTranscript: keepTranscript === true });
  let connection: Connection | undefined;
  try {
    connection = await reader.openFor(viewer, id, credentialId);
    await connection.call((client) => client.deleteDeployment(id));
  } catch (error) {
    if (!isForgotten(error, row, connection) || !(await erase())) throw error;
    return;
  }
  await erase();
}

/** True when the upstream has no such deployment, as the credential says that watches it, or an earlier read. */
function isForgotten(
  error: unknown,
  row: DeploymentRow | undefined,
  connection: Connection | undefined,
): boolean {
  const wasDeleted = row?.isDeleted === 1;
  if (connection === undefined) return wasDeleted && isGatewayError(error, 'CREDENTIAL_MISSING');
  const mayProve = wasDeleted || row?.credentialId == null || row.credentialId === connection.credentialId;
  return mayProve && isGatewayError(error, 'NOT_FOUND');
}
