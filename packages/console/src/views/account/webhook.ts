/** A webhook, as `GET /v1/webhooks` shows it. */
export interface Webhook {
  id: string;
  url: string;
  types: string[] | null;
  taskId: string | null;
  taskListId: string | null;
  description: string | null;
  createdAt: string;
  isDisabled: boolean;
  disabledReason: string | null;
  position: string;
  failures: number;
  nextTryAt: string | null;
  secrets: { id: string; createdAt: string }[];
}

/** One try to deliver a message. */
export interface Delivery {
  id: string;
  messageId: string;
  eventId: string | null;
  type: string;
  attemptedAt: string;
  status: number | null;
  durationMs: number;
  outcome: string;
}

/** Every type of message that a webhook can select. */
export const WEBHOOK_TYPES = [
  'deployment.created',
  'deployment.status_changed',
  'deployment.prompted',
  'deployment.guard_warned',
  'deployment.guard_tripped',
  'deployment.budget_warned',
  'deployment.budget_reached',
  'deployment.deleted',
  'deployment.watch_degraded',
  'deployment.watch_recovered',
  'ai_task.changed',
  'ai_task.gone',
  'ai_task_list_run.changed',
  'webhook.disabled',
] as const;
