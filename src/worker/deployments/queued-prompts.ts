import { isGatewayError } from '../../errors.ts';
import type { PromptWriter } from '../../events/writers/prompts.ts';
import type { Logger } from '../../lib/logger.ts';
import { promptsIn } from '../../store/deployments/prompts.ts';
import type { DeploymentRow, PromptRow } from '../../store/schema/index.ts';
import type { Store } from '../../store/store.ts';

/** Sends a stored prompt in its owner's name. The id of the prompt is the idempotency key: sent again, it is not prompted again. */
export type SendPrompt = (prompt: PromptRow & { text: string }) => Promise<void>;

export interface QueuedPromptsContext {
  store: Store;
  logger: Pick<Logger, 'warn'>;
  prompts: PromptWriter;
  sendPrompt: SendPrompt;
}

/**
 * Refusals after which a prompt is not sent again. A budget may allow it only next month: a prompt does not start an agent so
 * late.
 */
const FINAL = [
  'BAD_USER_INPUT',
  'BUDGET_EXCEEDED',
  'CONFLICT',
  'FORBIDDEN',
  'NOT_FOUND',
  'UPSTREAM_REJECTED',
];

/**
 * Sends the next prompt of each deployment that has ended and has some waiting.
 * @returns the ids of the deployments that have some
 * @throws GatewayError a failure after which the prompt is sent again
 */
export async function sendQueuedPrompts(
  context: QueuedPromptsContext,
  ended: readonly DeploymentRow[],
): Promise<Set<string>> {
  const { store, prompts } = context;
  const [one] = ended;
  if (one === undefined) return new Set();
  const ids = ended.map(({ id }) => id);
  const waiting = await promptsIn(store.db, one.ownerId, ids, ['QUEUED', 'SENDING']);
  const deployments = new Set(waiting.map(({ deploymentId }) => deploymentId));
  for (const deploymentId of deployments) {
    const next = await prompts.takeNext(one.ownerId, deploymentId);
    if (next !== undefined) await sendOne(context, next);
  }
  return deployments;
}

async function sendOne(
  { prompts, logger, sendPrompt }: QueuedPromptsContext,
  prompt: PromptRow,
): Promise<void> {
  try {
    await sendPrompt({ ...prompt, text: prompt.text ?? '' });
    await prompts.settle(prompt, 'SENT');
  } catch (error) {
    if (!isGatewayError(error) || !FINAL.includes(error.code)) throw error;
    logger.warn({ deploymentId: prompt.deploymentId, code: error.code }, 'a queued prompt was refused');
    await prompts.settle(prompt, 'REFUSED');
  }
}
