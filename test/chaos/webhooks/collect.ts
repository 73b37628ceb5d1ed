import { setTimeout as pause } from 'node:timers/promises';
import type { OwnPostgres } from '../postgres.ts';
import type { WebhookEvent } from './check.ts';

const EVENTS = `select owner_id as owner, seq::float8 as seq, deployment_id as subject from events
  union all select owner_id, seq::float8, task_list_id from list_events
  union all select owner_id, seq::float8, '' from owner_events order by owner, seq`;

const BEHIND = `select webhooks.id from webhooks join event_heads on event_heads.owner_id = webhooks.owner_id
  where webhooks.position < event_heads.last_seq`;

/** A replica that died holds its webhooks for 30 s; after that the receiver's last failures count. */
const CATCH_UP_MS = 75_000;

/** Every event that webhooks are told of. */
export function readWebhookEvents({ rows }: OwnPostgres): Promise<WebhookEvent[]> {
  return rows<WebhookEvent>(EVENTS);
}

/** Waits until every webhook has delivered the whole log of its owner; the checker reports what is missing then. */
export async function waitForWebhooks(
  { rows }: OwnPostgres,
  { slowness, log }: { slowness: number; log: (text: string) => void },
): Promise<void> {
  const endMs = Date.now() + CATCH_UP_MS * slowness;
  while (Date.now() < endMs) {
    if ((await rows(BEHIND)).length === 0) return;
    await pause(500);
  }
  log('not every webhook has caught up');
}
