import type { Db } from '../store.ts';

/** Requests to an upstream after which a deployment is watched. */
const OPERATIONS = ['deployTask', 'promptDeployment'];

/**
 * What is watched for an owner: unfinished deployments, followed lists of AI tasks, and runs. Deploys and prompts whose outcome
 * is open count too, since what they made will be watched. In a transaction of the owner, the number holds until it ends.
 */
export async function countWatched(db: Db, ownerId: string): Promise<number> {
  const credentials = db.selectFrom('credentials').select('id').where('ownerId', '=', ownerId);
  const { deployments, others, requests } = await db
    .selectNoFrom(({ selectFrom }) => [
      selectFrom('deployments')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('credentialId', 'in', credentials)
        .where('isWatched', '=', 1)
        .where('ownerId', '=', ownerId)
        .as('deployments'),
      selectFrom('watches')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('credentialId', 'in', credentials)
        .where('kind', '!=', 'DEPLOYMENTS')
        .as('others'),
      selectFrom('intents')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('ownerId', '=', ownerId)
        .where('operation', 'in', OPERATIONS)
        .where('sentAt', 'is not', null)
        .where('isRecorded', '=', 0)
        .as('requests'),
    ])
    .executeTakeFirstOrThrow();
  return Number(deployments) + Number(others) + Number(requests);
}
