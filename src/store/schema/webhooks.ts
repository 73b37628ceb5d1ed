import type { Insertable, Selectable } from 'kysely';
import type {
  DeliveryOutcome,
  DisabledReason,
  OwnerEventKind,
  WebhookDisabled,
  WebhookType,
} from '../../domain/webhook.ts';
import type { JsonText } from '../../lib/json.ts';
import type { Fixed, Flag, TraceParent } from './columns.ts';

/** Where events of an owner's log are sent, and how far. */
export interface WebhookTable {
  id: Fixed<string>;
  ownerId: Fixed<string>;
  url: string;
  /** Null for every type. */
  types: JsonText<WebhookType[]> | null;
  /** Only events of deployments of this task. */
  taskId: string | null;
  /** Only events of this list. */
  taskListId: string | null;
  description: string | null;
  createdAt: Fixed<number>;
  isDisabled: Flag;
  disabledReason: DisabledReason | null;
  /** Events up to this number were delivered, or are not wanted. */
  position: number;
  /** The number after which events were removed before they could be delivered; null when the next message states no hole. */
  missedAfter: number | null;
  /** Failed tries in a row. */
  failures: number;
  /** When the first of them was made, in the store's time; null without one. */
  failingSince: number | null;
  /** When the next try is due, in the store's time. */
  nextTryAt: number;
  /** Another process may deliver from then on. */
  leaseUntil: number;
  /** Grows with each claim; writes under an older fence are refused. */
  fence: number;
}

/** What signs the messages of a webhook: one or two. */
export interface WebhookSecretTable {
  id: Fixed<string>;
  webhookId: Fixed<string>;
  ownerId: Fixed<string>;
  /** JSON of an envelope; only the vault reads it. */
  sealed: string;
  /** The key that wraps its data key. */
  kid: string;
  createdAt: Fixed<number>;
}

/** Each try to deliver. */
export interface WebhookDeliveryTable {
  id: Fixed<string>;
  webhookId: Fixed<string>;
  ownerId: Fixed<string>;
  /** The `webhook-id` of the message. */
  messageId: Fixed<string>;
  /** The number of the event; null of a test. */
  eventSeq: Fixed<number | null>;
  type: Fixed<string>;
  attemptedAt: Fixed<number>;
  /** The HTTP status; null without an answer. */
  status: Fixed<number | null>;
  durationMs: Fixed<number>;
  outcome: Fixed<DeliveryOutcome>;
}

/** Events that are about neither a deployment nor a list. They share the sequence of `events`, so that one position serves all. */
export interface OwnerEventTable {
  ownerId: Fixed<string>;
  seq: Fixed<number>;
  kind: Fixed<OwnerEventKind>;
  /** Id of the webhook. */
  subjectId: Fixed<string>;
  /** Why it was disabled. */
  body: Fixed<JsonText<WebhookDisabled>>;
  occurredAt: Fixed<number>;
  traceParent: TraceParent;
}

export type WebhookRow = Selectable<WebhookTable>;
export type NewWebhookRow = Insertable<WebhookTable>;
export type WebhookSecretRow = Selectable<WebhookSecretTable>;
export type WebhookDeliveryRow = Selectable<WebhookDeliveryTable>;
export type OwnerEventRow = Selectable<OwnerEventTable>;
export type NewOwnerEventRow = Insertable<OwnerEventTable>;
