import { DEPLOYMENT_MESSAGES, OTHER_MESSAGES, TEST_MESSAGE, type WebhookType } from '../domain/webhook.ts';
import { parseJson, toJson } from '../lib/json.ts';
import type { EventRow, ListEventRow, WebhookRow } from '../store/schema/index.ts';

/** An event of the log, of a deployment, of a list or of a webhook. */
export type LogRow = EventRow | ListEventRow;

/** A message before it is signed. */
export interface Message {
  /** The `webhook-id`: the same whenever the event is sent to this webhook. */
  id: string;
  type: WebhookType | typeof TEST_MESSAGE;
  /** Null for a test. */
  eventSeq: number | null;
  /** JSON of `{type, timestamp, data}`. */
  body: string;
}

/** The type of the message about an event. */
function typeOf(event: LogRow): WebhookType {
  return 'kind' in event ? OTHER_MESSAGES[event.kind] : DEPLOYMENT_MESSAGES[event.type];
}

/** True for an event that the webhook selects. */
export function isWanted(webhook: WebhookRow, event: LogRow): boolean {
  const { types, taskId, taskListId } = webhook;
  if (types !== null && !parseJson(types).includes(typeOf(event))) return false;
  if (taskId === null && taskListId === null) return true;
  return 'kind' in event
    ? taskListId !== null && event.taskListId === taskListId
    : taskId !== null && event.taskId === taskId;
}

/**
 * The message about an event.
 * @param missedAfter the number after which events were removed before they could be delivered; null without such a hole
 */
export function toMessage(webhookId: string, event: LogRow, missedAfter: number | null): Message {
  const type = typeOf(event);
  return {
    id: `msg_${webhookId}_${event.seq}`,
    type,
    eventSeq: event.seq,
    body: toJson({
      type,
      timestamp: new Date(event.occurredAt).toISOString(),
      data: {
        id: String(event.seq),
        ...('kind' in event ? toOtherData(event) : toDeploymentData(event)),
        ...(missedAfter !== null && { missedAfter: String(missedAfter) }),
      },
    }),
  };
}

/** The message of a test. @param id no other message has it */
export function toTestMessage(webhookId: string, id: string, nowMs: number): Message {
  const timestamp = new Date(nowMs).toISOString();
  const body = toJson({ type: TEST_MESSAGE, timestamp, data: { webhookId } });
  return { id: `msg_${id}`, type: TEST_MESSAGE, eventSeq: null, body };
}

function toDeploymentData(event: EventRow) {
  const { deploymentId, taskId, status, previousStatus, rawStatus, occurredAt, reason } = event;
  return {
    ...{ deploymentId, taskId, status, previousStatus, rawStatus, reason },
    occurredAt: new Date(occurredAt).toISOString(),
  };
}

function toOtherData({ organisation, taskListId, kind, subjectId, body, occurredAt }: ListEventRow) {
  const about = { taskListId, organisation };
  return {
    ...(kind === 'WEBHOOK_DISABLED' && { webhookId: subjectId, ...parseJson(body) }),
    ...(kind === 'LIST_RUN' && { ...about, run: parseJson(body) }),
    ...((kind === 'TASK' || kind === 'TASK_GONE') && { ...about, task: parseJson(body) }),
    occurredAt: new Date(occurredAt).toISOString(),
  };
}
