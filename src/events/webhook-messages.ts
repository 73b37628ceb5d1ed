import {
  DEPLOYMENT_MESSAGES,
  LIST_MESSAGES,
  OWNER_MESSAGES,
  TEST_MESSAGE,
  type WebhookType,
} from '../domain/webhook.ts';
import { parseJson, toJson } from '../lib/json.ts';
import type { EventRow, ListEventRow, OwnerEventRow, WebhookRow } from '../store/schema/index.ts';
import type { LogRow } from '../store/webhooks/whole-log.ts';

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

/** The types of messages about what is no deployment. */
const MESSAGES_BY_KIND = { ...LIST_MESSAGES, ...OWNER_MESSAGES };

/** The type of the message about an event. */
function typeOf(event: LogRow): WebhookType {
  return 'type' in event ? DEPLOYMENT_MESSAGES[event.type] : MESSAGES_BY_KIND[event.kind];
}

/** True for an event that the webhook selects. */
export function isWanted(webhook: WebhookRow, event: LogRow): boolean {
  const { types, taskId, taskListId } = webhook;
  if (types !== null && !parseJson(types).includes(typeOf(event))) return false;
  if (taskId === null && taskListId === null) return true;
  if ('type' in event) return taskId !== null && event.taskId === taskId;
  return event.kind !== 'WEBHOOK_DISABLED' && event.taskListId === taskListId;
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
        ...toData(event),
        occurredAt: new Date(event.occurredAt).toISOString(),
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

function toData(event: LogRow): object {
  if ('type' in event) return toDeploymentData(event);
  return event.kind === 'WEBHOOK_DISABLED' ? toOwnerData(event) : toListData(event);
}

function toDeploymentData(event: EventRow) {
  const { deploymentId, taskId, status, previousStatus, rawStatus, reason } = event;
  return { deploymentId, taskId, status, previousStatus, rawStatus, reason };
}

function toListData({ organisation, taskListId, kind, body }: ListEventRow) {
  const subject = parseJson(body);
  return { taskListId, organisation, ...(kind === 'LIST_RUN' ? { run: subject } : { task: subject }) };
}

function toOwnerData({ subjectId, body }: OwnerEventRow) {
  return { webhookId: subjectId, ...parseJson(body) };
}
