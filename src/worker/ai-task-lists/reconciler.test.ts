import { expect, test } from 'vitest';
import { toJson } from '../../lib/json.ts';
import { detailedAiTask } from '../../services/ai-tasks/detailed-ai-task.test-support.ts';
import type { AiTaskRow } from '../../store/schema/index.ts';
import type { AiTask } from '../../upstream/quantcdn/model.ts';
import { findIdsToRead } from './reconciler.ts';

const item = (id: string, more: Partial<AiTask> = {}): AiTask => ({
  ...detailedAiTask(id),
  details: null,
  ...more,
});

const rowOf = (task: AiTask): AiTaskRow => ({
  ownerId: 'u1',
  organisation: 'acme',
  id: task.id,
  taskListId: 'list',
  state: toJson(task),
  observedAt: 1,
  revision: 0,
  isGone: 0,
});

test('new, changed and missing tasks are read, in this order', () => {
  const rows = [item('gone'), item('changed'), item('same')].map(rowOf);
  const listed = [item('same'), item('changed', { title: 'renamed' }), item('new')];
  expect(findIdsToRead(listed, rows)).toEqual(['new', 'changed', 'gone']);
});

test('a task of which more is stored than the list shows is not read again', () => {
  const stored = detailedAiTask('t1', { details: { progressMessage: 'half' } });
  expect(findIdsToRead([item('t1')], [rowOf(stored)])).toEqual([]);
});
