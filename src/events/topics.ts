/** What entries of an owner's log are about. A hint names the topics of the entries that were added. */

/** All events of deployments. */
export const EVERY_DEPLOYMENT = 'd';

/** The events of one deployment. */
export function deploymentTopic(deploymentId: string): string {
  return `d:${deploymentId}`;
}

/** The events of the deployments of one task. */
export function taskTopic(taskId: string): string {
  return `t:${taskId}`;
}

/** The events of one list of AI tasks. */
export function listTopic(organisation: string, taskListId: string): string {
  return `l:${organisation}/${taskListId}`;
}

/** The topics of an event of a deployment. */
export function topicsOfDeployment({
  deploymentId,
  taskId,
}: {
  deploymentId: string;
  taskId: string | null;
}): string[] {
  const topics = [EVERY_DEPLOYMENT, deploymentTopic(deploymentId)];
  return taskId === null ? topics : [...topics, taskTopic(taskId)];
}
