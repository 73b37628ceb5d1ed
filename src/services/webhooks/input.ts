import type { WebhookType } from '../../domain/webhook.ts';
import { assertValid, checkId, checkText } from '../common/input.ts';
import { checkTarget, type TargetRules } from './target.ts';

/** What a webhook selects and where it sends it. */
export interface WebhookInput {
  url: string;
  /** @default every type */
  types?: readonly WebhookType[] | null | undefined;
  taskId?: string | null | undefined;
  taskListId?: string | null | undefined;
  description?: string | null | undefined;
}

const MAX_DESCRIPTION = 500;
const MAX_LIST_ID = 256;

/** @throws GatewayError `BAD_USER_INPUT` that names every wrong field */
export async function assertUsable(input: Partial<WebhookInput>, target: TargetRules): Promise<void> {
  const { url, taskId, taskListId, description } = input;
  assertValid([
    checkId(taskId, 'taskId'),
    checkText(taskListId, 'taskListId', MAX_LIST_ID),
    checkText(description, 'description', MAX_DESCRIPTION),
    url === undefined ? undefined : await checkTarget(url, target),
  ]);
}

/** The URL as it is requested: a host in an odd spelling is stored in the usual one. */
export function normalizeTarget(url: string): string {
  return new URL(url).href;
}
