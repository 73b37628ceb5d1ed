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

/** The kinds of events that are about no deployment: about a list, or about a webhook that was disabled. */
export type OtherEventKind = ListEventKind | 'WEBHOOK_DISABLED';

/** The types of messages about lists of AI tasks and about webhooks, by the kind of the event. */
export const OTHER_MESSAGES = {
  TASK: 'ai_task.changed',
  TASK_GONE: 'ai_task.gone',
  LIST_RUN: 'ai_task_list_run.changed',
  WEBHOOK_DISABLED: 'webhook.disabled',
} as const satisfies Record<OtherEventKind, string>;

/** The type of the message that `POST /v1/webhooks/{id}/test` sends. */
export const TEST_MESSAGE = 'test';

/** Every type of message that a webhook can select. */
export const WEBHOOK_TYPES = [
  ...Object.values(DEPLOYMENT_MESSAGES),
  ...Object.values(OTHER_MESSAGES),
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
