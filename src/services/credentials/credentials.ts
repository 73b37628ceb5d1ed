import { isGatewayError, notFound } from '../../errors.ts';
import { type Bus, credentialStream, eventStream, messageStream } from '../../events/bus.ts';
import { eraseSaidWith } from '../../events/writers/transcripts.ts';
import { abandonListRuns, abandonTaskRuns } from '../../store/ai-tasks/run-ends.ts';
import { abandonDeployments } from '../../store/deployments/deployments.ts';
import { takeSequence } from '../../store/deployments/events.ts';
import {
  deleteCredential,
  findCredential,
  findDefaultCredential,
  listCredentials,
  setDefaultCredential,
  updateCredential,
} from '../../store/identity/credentials.ts';
import type { CredentialRow } from '../../store/schema/index.ts';
import type { Viewer } from '../../viewer.ts';
import type { Audited } from '../common/audit-decorators.ts';
import { authorize } from '../common/authorize.ts';
import type { Idempotency } from '../common/idempotency.ts';
import { assertValid } from '../common/input.ts';
import { type Page, type PageRequest, pageOfAll } from '../common/page.ts';
import { type CredentialChanges, checkChanges, checkLabelAndToken } from './input.ts';
import type {
  CredentialProvider,
  QuantCdnCredentialInput,
  QuantConnectCredentialInput,
} from './providers.ts';
import { type CredentialVaultingDeps, createCredentialVaulting } from './vaulting.ts';

/** A stored credential as its owner sees it. The secret itself can never be read back. */
export interface CredentialView {
  id: string;
  provider: CredentialRow['provider'];
  label: string | null;
  account: string;
  organizationId: string | null;
  /** The last four characters of the token. */
  tokenHint: string;
  status: CredentialRow['status'];
  /** Of an `UNVERIFIED` one: the code of the error because of which the upstream could not be asked. */
  verificationProblem: string | null;
  isDefault: boolean;
  /** RFC 3339. */
  createdAt: string;
}

type WithIdempotencyKey<Input> = Input & { idempotencyKey?: string | undefined };

/** The caller's upstream credentials. */
export interface Credentials {
  list(viewer: Viewer): Promise<CredentialView[]>;
  /** The oldest first. @throws GatewayError `BAD_USER_INPUT` */
  page(viewer: Viewer, input: PageRequest): Promise<Page<CredentialView>>;
  /** @throws GatewayError `NOT_FOUND` */
  get(viewer: Viewer, id: string): Promise<CredentialView>;
  /**
   * Verifies a credential upstream and stores it; one of the same account, organization and label is replaced.
   * @throws GatewayError `CREDENTIAL_REJECTED`, or `RATE_LIMITED` for too many verifications or credentials: then nothing
   *   is stored
   */
  saveQuantConnect(
    viewer: Viewer,
    input: WithIdempotencyKey<QuantConnectCredentialInput>,
  ): Promise<CredentialView>;
  /** The same for QuantCDN; one of the same organisation and label is replaced. */
  saveQuantCdn(viewer: Viewer, input: WithIdempotencyKey<QuantCdnCredentialInput>): Promise<CredentialView>;
  /** @throws GatewayError `NOT_FOUND`, or `CREDENTIAL_REJECTED` for a new token: then the old one stays */
  update(viewer: Viewer, id: string, changes: CredentialChanges): Promise<CredentialView>;
  /** Verifies a stored credential upstream; if it is accepted, its paused watches go on. @throws GatewayError `RATE_LIMITED` */
  verify(viewer: Viewer, id: string): Promise<CredentialView>;
  /**
   * Deletes a credential; ends its watches, their subscriptions, and the runs that use it.
   * @param options.eraseTranscripts also erases what was said in the deployments that it watches. @default false
   */
  remove(
    viewer: Viewer,
    id: string,
    options?: { eraseTranscripts?: boolean | null | undefined },
  ): Promise<string>;
}

export interface CredentialsDeps extends CredentialVaultingDeps {
  idempotency: Idempotency;
  bus: Bus;
}

export function createCredentials(deps: CredentialsDeps): Credentials {
  const { store, health, idempotency, bus, providers } = deps;
  const vaulting = createCredentialVaulting(deps);

  const getRow = async (viewer: Viewer, id: string): Promise<CredentialRow> => {
    const row = await findCredential(store.db, viewer.userId, id);
    if (row === undefined) throw notFound('Credential');
    return row;
  };

  const getView = async (viewer: Viewer, id: string): Promise<CredentialView> =>
    toCredentialView(await getRow(viewer, id));

  /** To be called after each change, so that no process works on with the credential as it was. */
  const hintChange = (ownerId: string): void => bus.publish(credentialStream(ownerId), 0);

  const createSave =
    <Input extends { label?: string | null; apiToken: string }>(
      provider: CredentialRow['provider'],
      { accountOf, checkAccount }: Pick<CredentialProvider<Input>, 'accountOf' | 'checkAccount'>,
    ) =>
    async (viewer: Viewer, input: WithIdempotencyKey<Input>): Promise<CredentialView> => {
      authorize(viewer, 'write');
      assertValid([...checkAccount(input), ...checkLabelAndToken(input)]);
      const { idempotencyKey: key, ...credential } = input;
      const { label = null, apiToken } = input;
      const id = await idempotency.onceLocally(
        { ownerId: viewer.userId, operation: 'saveCredential', key, input: credential },
        {
          send: () => vaulting.save(viewer.userId, { provider, ...accountOf(input), label, apiToken }),
          // An interrupted save cannot be distinguished from an earlier one. It is repeated, which does no harm.
        },
      );
      hintChange(viewer.userId);
      return getView(viewer, id);
    };

  return {
    async list(viewer) {
      authorize(viewer, 'read');
      return (await listCredentials(store.db, viewer.userId)).map(toCredentialView);
    },

    async page(viewer, input) {
      authorize(viewer, 'read');
      const all = await listCredentials(store.db, viewer.userId);
      const { nodes, pageInfo } = pageOfAll(all, input, ({ createdAt: at, id }) => ({ at, id }), 'oldest');
      return { nodes: nodes.map(toCredentialView), pageInfo };
    },

    async get(viewer, id) {
      authorize(viewer, 'read');
      return getView(viewer, id);
    },

    saveQuantConnect: createSave('QUANTCONNECT', providers.QUANTCONNECT),
    saveQuantCdn: createSave('QUANTCDN', providers.QUANTCDN),

    async update(viewer, id, changes) {
      authorize(viewer, 'write');
      const row = await getRow(viewer, id);
      assertValid(checkChanges(changes, providers[row.provider]));
      const { label, organizationId, apiToken, isDefault } = changes;
      const columns = {
        ...(label !== undefined && { label }),
        ...(organizationId !== undefined && { organizationId }),
      };
      try {
        if (apiToken) await vaulting.replaceSecret(row, apiToken);
        if (Object.keys(columns).length > 0) await updateCredential(store.db, viewer.userId, id, columns);
        if (isDefault) await setDefaultCredential(store.db, row);
      } finally {
        hintChange(viewer.userId);
      }
      return getView(viewer, id);
    },

    async verify(viewer, id) {
      authorize(viewer, 'write');
      const row = await getRow(viewer, id);
      try {
        await vaulting.verify(row);
        await health.credentialRestored(row);
      } catch (error) {
        if (isGatewayError(error, 'CREDENTIAL_REJECTED')) await health.credentialRejected(row);
        throw error;
      }
      return getView(viewer, id);
    },

    async remove(viewer, id, { eraseTranscripts } = {}) {
      authorize(viewer, 'write');
      await deleteWithDependents(deps, await getRow(viewer, id), eraseTranscripts === true);
      hintChange(viewer.userId);
      return id;
    },
  };
}

/** Adds the changes of `Credentials` to the audit log. */
export function auditCredentials(credentials: Credentials, audited: Audited): Credentials {
  return {
    ...credentials,
    saveQuantConnect: audited('CREDENTIAL_SAVE', credentials.saveQuantConnect),
    saveQuantCdn: audited('CREDENTIAL_SAVE', credentials.saveQuantCdn),
    update: audited('CREDENTIAL_CHANGE', credentials.update),
    verify: audited('CREDENTIAL_VERIFY', credentials.verify),
    remove: audited('CREDENTIAL_DELETE', credentials.remove),
  };
}

/** Deletes a credential, ends what is watched or run with it, and makes another one of its provider the default. */
async function deleteWithDependents(
  { store, bus, clock }: CredentialsDeps,
  row: CredentialRow,
  erasesTranscripts: boolean,
): Promise<void> {
  const { id, ownerId, provider } = row;
  const abandoned = await store.transaction(ownerId, async (tx) => {
    const nowMs = clock.now();
    if (erasesTranscripts) await eraseSaidWith(tx, ownerId, id);
    const deployments = await abandonDeployments(tx, ownerId, id);
    await abandonTaskRuns(tx, ownerId, id, nowMs);
    await abandonListRuns(tx, ownerId, id, nowMs);
    // The foreign key of its watches deletes them too.
    await deleteCredential(tx, ownerId, id);
    // The log moves on without an event: a follower whose hint is lost sees at its next sweep that something has changed.
    await takeSequence(tx, ownerId, 1, store.time(clock.evenMs()));
    const next = row.isDefault ? await findDefaultCredential(tx, ownerId, provider) : undefined;
    if (next !== undefined) await setDefaultCredential(tx, next);
    return deployments;
  });
  // Wake the subscribers: they see that the watch is gone and end.
  bus.publish(eventStream(ownerId), 0);
  for (const deployment of abandoned) bus.publish(messageStream(ownerId, deployment.id), 0);
}

function toCredentialView(row: CredentialRow): CredentialView {
  return {
    id: row.id,
    provider: row.provider,
    label: row.label,
    account: row.account,
    organizationId: row.organizationId,
    tokenHint: row.tokenHint,
    status: row.status,
    verificationProblem: row.status === 'UNVERIFIED' ? row.verificationProblem : null,
    isDefault: row.isDefault === 1,
    createdAt: new Date(row.createdAt).toISOString(),
  };
}
