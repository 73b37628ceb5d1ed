import { conflict, isGatewayError } from '../../errors.ts';
import { assertBudget, type BudgetCheckDeps } from '../../events/writers/budget-check.ts';
import type { DeploymentWriter } from '../../events/writers/deployments.ts';
import type { OnBusy, PromptWriter } from '../../events/writers/prompts.ts';
import { findDeployment } from '../../store/deployments/deployments.ts';
import { findPrompt, type PromptKey } from '../../store/deployments/prompts.ts';
import { findUsage } from '../../store/usage/ledger.ts';
import type { Viewer } from '../../viewer.ts';
import { authorize } from '../common/authorize.ts';
import type { Connection, CredentialChoice } from '../common/connections.ts';
import { hashText, type Idempotency, turnKeyOf } from '../common/idempotency.ts';
import { assertValid, checkText } from '../common/input.ts';
import type { DeploymentReader } from './deployment-reader.ts';
import { type PromptRequest, QUEUED, recoverPrompt } from './deployment-recovery.ts';
import type { DeploymentView } from './deployment-view.ts';

export interface PromptInput extends CredentialChoice {
  id: string;
  prompt: string;
  idempotencyKey?: string | null | undefined;
  /** @default 'send' */
  onBusy?: OnBusy | null | undefined;
  /** Of a prompt that a chat asks for again later: how many messages the conversation has. */
  chatFrom?: number;
}

export interface PromptsDeps extends BudgetCheckDeps {
  reader: DeploymentReader;
  idempotency: Idempotency;
  writer: DeploymentWriter;
  prompts: PromptWriter;
  newId(): string;
  /** @throws GatewayError `RATE_LIMITED` when the owner's share of watches is used up */
  assertShare(ownerId: string): Promise<void>;
}

/** The id of a prompt with an idempotency key. */
export function promptIdOf(idempotencyKey: string): string {
  return hashText(idempotencyKey);
}

/**
 * Sends a prompt, or does with it what `onBusy` says while the agent works.
 * @throws GatewayError `CONFLICT` with `reject` while the agent works; `BUDGET_EXCEEDED`
 */
export function createPrompt(deps: PromptsDeps) {
  const { store, reader, idempotency, writer, prompts } = deps;

  /** Stops the run that a prompt interrupts. The prompt is not sent when that is refused. */
  const interrupt = async (connection: Connection, id: string): Promise<void> => {
    await writer.markStopAsked(connection.ownerId, id);
    await connection.call((client) => client.stopDeployment(id));
  };

  /** @throws GatewayError `BUDGET_EXCEEDED` */
  const assertAffordable = async (ownerId: string, deploymentId: string): Promise<void> => {
    const used = await findUsage(store.db, ownerId, deploymentId);
    if (used !== undefined) await assertBudget(deps, ownerId, used);
  };

  /** Says to a caller who repeats a request that the prompt was stored, and refused when it was to be sent. */
  const assertTaken = async (key: PromptKey): Promise<void> => {
    if ((await findPrompt(store.db, key))?.state !== 'REFUSED') return;
    await assertAffordable(key.ownerId, key.deploymentId);
    throw conflict(
      'The prompt was refused when it was to be sent; send it again with another idempotency key',
    );
  };

  return async (viewer: Viewer, input: PromptInput): Promise<DeploymentView> => {
    authorize(viewer, 'deploy');
    const { id, prompt, idempotencyKey, onBusy: chosen, chatFrom } = input;
    const onBusy = chosen ?? 'send';
    const connection = await reader.openFor(viewer, id, input.credentialId);
    assertValid([checkText(prompt, 'prompt')]);
    await reader.ensureTracked(connection, id);
    // A run that was seen under way may have ended.
    if (onBusy !== 'send') await reader.readFreshOrCached(connection, id);
    const { ownerId, credentialId } = connection;
    const promptId = idempotencyKey == null ? deps.newId() : promptIdOf(idempotencyKey);
    const key = { ownerId, deploymentId: id, id: promptId };
    const isKept = onBusy !== 'send' || chatFrom !== undefined;
    let admitted: 'SEND' | 'QUEUED' | undefined;
    const request: PromptRequest = { deploymentId: id, textHash: hashText(prompt) };
    let outcome: string;
    try {
      outcome = await idempotency.once(
        {
          ownerId,
          operation: 'promptDeployment',
          key: idempotencyKey,
          input: [id, prompt, credentialId],
          credentialId,
          turnKey: turnKeyOf(connection, 'prompt', id, request.textHash),
          recovery: request,
        },
        {
          async checkShare() {
            // A finished deployment is watched again.
            if ((await findDeployment(store.db, ownerId, id))?.isWatched !== 1)
              await deps.assertShare(ownerId);
            await assertAffordable(ownerId, id);
            if (!isKept) return;
            const offered = { ...key, text: prompt, credentialId, fromIndex: chatFrom ?? 0 };
            admitted = await prompts.admit(offered, onBusy);
          },
          async send() {
            if (admitted !== 'QUEUED') await connection.call((client) => client.promptDeployment(id, prompt));
            else if (onBusy === 'interrupt') await interrupt(connection, id);
            return admitted === 'QUEUED' ? QUEUED : id;
          },
          ...recoverPrompt(deps, connection, request),
        },
      );
    } catch (error) {
      const isOpen = !isGatewayError(error) || ['OUTCOME_UNKNOWN', 'UNAVAILABLE'].includes(error.code);
      if (admitted !== undefined && !isOpen) await prompts.settle(key, 'REFUSED');
      throw error;
    }
    // The stream of a chat says it itself.
    if (outcome === QUEUED && chatFrom === undefined) await assertTaken(key);
    if (admitted === 'SEND') await prompts.settle(key, 'SENT');
    if (admitted === 'QUEUED') await writer.pollSoon(ownerId, id);
    return reader.readFreshOrCached(connection, id);
  };
}
