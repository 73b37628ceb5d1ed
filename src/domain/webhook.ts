import type { ListEventKind } from './ai-task-run.ts';
import type { DeploymentEventType } from './deployment.ts';

/** The types of messages about deployments, by the type of the event. */
export const DEPLOYMENT_MESSAGES = {
  CREATED: 'deployment.created',
  STATUS_CHANGED: 'deployment.status_changed',
  PROMPTED: 'deployment.prompted',
  GUARD_WARNED: 'deployment.guard_warned',
  GUARD_TRIPPED: 'deployment.guard_tripped',
  BUDGET_WARNED: 'deployment.budget_warned',
  BUDGET_REACHED: 'deployment.budget_reached',
  DELETED: 'deployment.deleted',
  WATCH_DEGRADED: 'deployment.watch_degraded',
  WATCH_RECOVERED: 'deployment.watch_recovered',
} as const satisfies Record<DeploymentEventType, string>;

/** The types of messages about lists of AI tasks, by the kind of the event. */
export const LIST_MESSAGES = {
  TASK: 'ai_task.changed',
  TASK_GONE: 'ai_task.gone',
  LIST_RUN: 'ai_task_list_run.changed',
} as const satisfies Record<ListEventKind, string>;

/** What an event of an owner is about: something that is neither a deployment nor a list. */
export type OwnerEventKind = 'WEBHOOK_DISABLED';

/** The types of messages about owners, by the kind of the event. */
export const OWNER_MESSAGES = {
  WEBHOOK_DISABLED: 'webhook.disabled',
} as const satisfies Record<OwnerEventKind, string>;

/** The type of the message that `POST /v1/webhooks/{id}/test` sends. */
export const TEST_MESSAGE = 'test';

/** Every type of message that a webhook can select. */
export const WEBHOOK_TYPES = [
  ...Object.values(DEPLOYMENT_MESSAGES),
  ...Object.values(LIST_MESSAGES),
  ...Object.values(OWNER_MESSAGES),
] as const;
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

/** What came of a try to deliver a message. */
export const DELIVERY_OUTCOMES = [
  /** A status from 200 to 299. */
  'DELIVERED',
  /** 410: the receiver wants no more; the webhook is disabled. */
  'GONE',
  /** Any other status, redirects included. */
  'REFUSED',
  /** No answer within 10 s. */
  'TIMEOUT',
  /** No connection, or one that broke. */
  'UNREACHABLE',
  /** The host is, or resolves to, an address that webhooks must not reach. */
  'ADDRESS_REFUSED',
] as const;
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number];

/** Why a webhook is disabled: by its owner, by status 410, or because it failed for three days. */
export type DisabledReason = 'OWNER' | 'GONE' | 'FAILING';

/** What the event says of a webhook that was disabled by a try. */
export interface WebhookDisabled {
  reason: Exclude<DisabledReason, 'OWNER'>;
}
