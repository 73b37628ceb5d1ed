import { findPrincipal } from '../../store/identity/users.ts';
import type { PromptRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';
import { gatewayOnBehalfOf } from '../../viewer.ts';
import type { Deployments } from './deployments.ts';

/** Sends prompts that have waited, as their owner would, with the gateway as the actor. */
export function createSendPrompt(deps: { store: Store; deployments: Pick<Deployments, 'prompt'> }) {
  return async ({
    ownerId,
    id,
    deploymentId,
    credentialId,
    text,
  }: PromptRow & { text: string }): Promise<void> => {
    const owner = await findPrincipal(deps.store.db, ownerId);
    await deps.deployments.prompt(gatewayOnBehalfOf({ id: ownerId, name: owner?.name ?? '' }), {
      ...{ id: deploymentId, credentialId, prompt: text },
      idempotencyKey: `queued ${id}`,
    });
  };
}
