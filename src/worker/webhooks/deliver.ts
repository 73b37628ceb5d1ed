import type { WebhookDisabled } from '../../domain/webhook.ts';
import type { EventLog } from '../../events/log.ts';
import { isWanted, toMessage } from '../../events/webhook-messages.ts';
import type { Clock } from '../../lib/clock.ts';
import { toJson } from '../../lib/json.ts';
import type { Metrics } from '../../lib/metrics/metrics.ts';
import type { Random } from '../../lib/random.ts';
import type { WebhookRow } from '../../store/schema/index.ts';
import { readTimeMs, type Store } from '../../store/store.ts';
import { advanceWebhook, type WebhookProgress } from '../../store/webhooks/claims.ts';
import { insertDelivery } from '../../store/webhooks/deliveries.ts';
import { listWebhookSecrets } from '../../store/webhooks/secrets.ts';
import { type LogRow, readWholeLog } from '../../store/webhooks/whole-log.ts';
import { webhookSecretBindingOf } from '../../vault/binding.ts';
import type { Vault } from '../../vault/vault.ts';
import { GIVE_UP_AFTER_MS, pauseAfter } from './schedule.ts';
import type { Tried, WebhookConnection } from './send.ts';

/** A webhook of a process that died is free after this time. It is extended with each try, which takes 10 s at most. */
export const LEASE_MS = 30_000;

/** Longest time between two extensions of the lease at which a further try is begun; then it ends within the lease. */
const FRESH_MS = 15_000;

/** Events read at a time. */
const PAGE = 50;

/** So long a webhook is served before it gives its place to others. */
const TURN_MS = 5_000;

export interface DeliverDeps {
  store: Store;
  eventLog: Pick<EventLog, 'write'>;
  vault: Pick<Vault, 'open'>;
  clock: Clock;
  random: Pick<Random, 'fraction'>;
  nextDeliveryId(): string;
  metrics: Pick<Metrics, 'webhookDeliveries' | 'webhookLag'>;
  connect(url: string): WebhookConnection;
  /** Records for operators that a webhook was disabled. */
  onDisabled(webhook: WebhookRow): Promise<void>;
}

/**
 * Delivers the events of a claimed webhook one after the other, until there are no more, one fails, or its turn is over. The
 * position is written after each delivery, so after a crash the last event may be sent again, with the same id.
 * @returns true when events are left that can be delivered at once
 */
export type Deliver = (claimed: WebhookRow, signal: AbortSignal) => Promise<boolean>;

export function createDeliver(deps: DeliverDeps): Deliver {
  const { store, eventLog, vault, clock, random, metrics } = deps;
  const timeIn = (delayMs: number) => store.time(clock.evenMs(), delayMs);

  const secretsOf = async ({ id }: WebhookRow): Promise<string[]> =>
    (await listWebhookSecrets(store.db, id)).map((secret) =>
      vault.open(webhookSecretBindingOf(secret), secret.sealed),
    );

  /** What a try changes in the row. */
  const toProgress = async (
    webhook: WebhookRow,
    event: LogRow,
    { outcome }: Tried,
  ): Promise<WebhookProgress> => {
    const leaseUntil = timeIn(LEASE_MS);
    if (outcome === 'DELIVERED')
      return { position: event.seq, missedAfter: null, failures: 0, failingSince: null, leaseUntil };
    if (outcome === 'GONE') return { isDisabled: 1, disabledReason: 'GONE', leaseUntil };
    const nowMs = await readTimeMs(store, clock.evenMs());
    const failingSince = webhook.failingSince ?? nowMs;
    const leftMs = failingSince + GIVE_UP_AFTER_MS - nowMs;
    const failures = webhook.failures + 1;
    if (leftMs <= 0) return { isDisabled: 1, disabledReason: 'FAILING', failures, leaseUntil };
    const pauseMs = Math.min(leftMs, pauseAfter(failures, random.fraction()));
    return { failures, failingSince, nextTryAt: timeIn(pauseMs), leaseUntil };
  };

  /** Sends one event and writes what came of it. @returns the row after it; undefined when the turn ends with it */
  const deliverOne = async (
    webhook: WebhookRow,
    event: LogRow,
    missedAfter: number | null,
    connection: WebhookConnection,
  ): Promise<WebhookRow | undefined> => {
    const message = toMessage(webhook.id, event, missedAfter);
    const tried = await connection.send(message, await secretsOf(webhook));
    metrics.webhookDeliveries.add({ outcome: tried.outcome });
    const isDelivered = tried.outcome === 'DELIVERED';
    if (isDelivered) metrics.webhookLag.observe({}, Math.max(0, clock.now() - event.occurredAt) / 1_000);
    const progress = await toProgress(webhook, event, tried);
    const row = await eventLog.write(webhook.ownerId, async (tx, emit) => {
      const advanced = await advanceWebhook(tx, webhook, webhook.position, progress);
      if (advanced === undefined) return undefined;
      const disabled = findDisabled(webhook, advanced);
      // Tells the owner's other webhooks.
      if (disabled !== undefined)
        emit({ kind: 'WEBHOOK_DISABLED', subjectId: webhook.id, body: toJson(disabled) });
      const ids = { id: deps.nextDeliveryId(), webhookId: webhook.id, ownerId: webhook.ownerId };
      const { id: messageId, type, eventSeq } = message;
      await insertDelivery(tx, { ...ids, messageId, type, eventSeq, ...tried });
      return advanced;
    });
    if (row !== undefined && findDisabled(webhook, row) !== undefined) await deps.onDisabled(row);
    return isDelivered ? row : undefined;
  };

  return async (claimed, signal) => {
    const startMs = clock.steadyMs();
    const isTurnOver = (): boolean => clock.steadyMs() - startMs > TURN_MS;
    let freshMs = startMs;
    let row: WebhookRow = claimed;
    let { url } = claimed;
    let connection = deps.connect(url);
    try {
      for (;;) {
        if (isTurnOver()) return true;
        const page = await readWholeLog(store.db, row.ownerId, row.position, PAGE);
        if (page.upTo <= row.position) return false;
        let missedAfter = row.missedAfter ?? (row.position < page.prunedSeq ? row.position : null);
        let isReplayed = false;
        for (const event of page.events) {
          if (!isWanted(row, event)) continue;
          if (signal.aborted || row.isDisabled === 1) return false;
          if (isTurnOver() || clock.steadyMs() - freshMs > FRESH_MS) return true;
          if (row.url !== url) {
            await connection.close();
            ({ url } = row);
            connection = deps.connect(url);
          }
          const next = await deliverOne(row, event, missedAfter, connection);
          if (next === undefined) return false;
          // A replay has set another position meanwhile; the log is read from there.
          isReplayed = next.position !== event.seq;
          row = next;
          freshMs = clock.steadyMs();
          if (isReplayed) break;
          missedAfter = null;
        }
        if (isReplayed || row.position >= page.upTo) continue;
        // The rest of the page is not wanted.
        const passed = await advanceWebhook(store.db, row, row.position, {
          position: page.upTo,
          missedAfter,
          leaseUntil: timeIn(LEASE_MS),
        });
        if (passed === undefined) return false;
        row = passed;
        freshMs = clock.steadyMs();
      }
    } finally {
      await connection.close();
    }
  };
}

/** Why a try has disabled the webhook; undefined when it did not, or its owner has. */
function findDisabled(before: WebhookRow, after: WebhookRow): WebhookDisabled | undefined {
  const { isDisabled, disabledReason: reason } = after;
  if (isDisabled === 0 || before.isDisabled === 1 || reason === null || reason === 'OWNER') return undefined;
  return { reason };
}
