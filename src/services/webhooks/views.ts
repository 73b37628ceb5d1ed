import type { DeliveryOutcome, DisabledReason, WebhookType } from '../../domain/webhook.ts';
import { parseJson } from '../../lib/json.ts';
import type { WebhookDeliveryRow, WebhookRow, WebhookSecretRow } from '../../store/schema/index.ts';

/** A webhook as its owner sees it. Times are RFC 3339. */
export interface WebhookView {
  id: string;
  url: string;
  /** Null for every type. */
  types: WebhookType[] | null;
  taskId: string | null;
  taskListId: string | null;
  description: string | null;
  createdAt: string;
  isDisabled: boolean;
  disabledReason: DisabledReason | null;
  /** The cursor up to which events were delivered, or are not wanted. */
  position: string;
  /** Failed tries in a row. */
  failures: number;
  /** When the next try is due after a failure; null without one. */
  nextTryAt: string | null;
  secrets: WebhookSecretView[];
}

/** A stored secret; the secret itself cannot be read back. */
export interface WebhookSecretView {
  id: string;
  createdAt: string;
}

/** One try to deliver a message. Of the answer only its status is kept. */
export interface DeliveryView {
  /** Also its cursor. */
  id: string;
  /** The `webhook-id` of the message. */
  messageId: string;
  /** The cursor of the event; null of a test. */
  eventId: string | null;
  type: string;
  attemptedAt: string;
  /** Null without an answer. */
  status: number | null;
  durationMs: number;
  outcome: DeliveryOutcome;
}

export function toWebhookView(row: WebhookRow, secrets: readonly WebhookSecretRow[]): WebhookView {
  const { id, url, taskId, taskListId, description, disabledReason, position, failures } = row;
  return {
    ...{ id, url, taskId, taskListId, description, disabledReason, failures },
    types: row.types === null ? null : parseJson(row.types),
    createdAt: new Date(row.createdAt).toISOString(),
    isDisabled: row.isDisabled === 1,
    position: String(position),
    nextTryAt: failures === 0 ? null : new Date(row.nextTryAt).toISOString(),
    secrets: secrets.map(toSecretView),
  };
}

export function toSecretView({ id, createdAt }: WebhookSecretRow): WebhookSecretView {
  return { id, createdAt: new Date(createdAt).toISOString() };
}

export function toDeliveryView(row: WebhookDeliveryRow): DeliveryView {
  const { id, messageId, eventSeq, type, status, durationMs, outcome } = row;
  return {
    ...{ id, messageId, type, status, durationMs, outcome },
    eventId: eventSeq === null ? null : String(eventSeq),
    attemptedAt: new Date(row.attemptedAt).toISOString(),
  };
}
