import type { AiTaskListRunView } from '../../events/writers/run-view.ts';
import type { ListEventRow } from '../../store/schema/index.ts';
import type { AiTaskView } from './view.ts';

/** What happened in a list: to one of its tasks, or to its run. */
export type ListEventView = { id: string; occurredAt: string } & (
  | { kind: 'TASK' | 'TASK_GONE'; task: AiTaskView }
  | { kind: 'LIST_RUN'; run: AiTaskListRunView }
);

/** Where a task was seen: with which credential, at which place of the log, and whether that was its end. */
interface Seen {
  credentialId: string;
  seq: number;
  isGone: boolean;
}

/** A task as it is stored, with its place in the log. */
export function toAiTaskView(state: string, { credentialId, seq, isGone }: Seen): AiTaskView {
  return {
    ...JSON.parse(state),
    credentialId,
    cursor: String(seq),
    isGone,
  };
}

/** The task a row of the log tells of. */
export function eventToAiTaskView({ body, seq, kind }: ListEventRow, credentialId: string): AiTaskView {
  return toAiTaskView(body, { credentialId, seq, isGone: kind === 'TASK_GONE' });
}

/** The run of a list that a row of the log tells of. */
export function eventToListRunView({ body, seq }: ListEventRow): AiTaskListRunView {
  return {
    ...JSON.parse(body),
    cursor: String(seq),
  };
}

/** A row of the log, whatever it tells of. */
export function toListEventView(row: ListEventRow, credentialId: string): ListEventView {
  const { kind, seq } = row;
  const place = { id: String(seq), occurredAt: new Date(row.occurredAt).toISOString() };
  return kind === 'LIST_RUN'
    ? { ...place, kind, run: eventToListRunView(row) }
    : { ...place, kind, task: eventToAiTaskView(row, credentialId) };
}
