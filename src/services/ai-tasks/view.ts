import type { SeenAiTask } from '../../upstream/quantcdn/model.ts';

/** An AI task, and the credential it was seen with. Without `details` only what a list shows of it is known. */
export interface AiTaskView extends SeenAiTask {
  credentialId: string;
  /** Of a task that was pushed: the place of the change in the owner's log. */
  cursor?: string;
  /** Of a task that was pushed: it has left its list. */
  isGone?: boolean;
}
