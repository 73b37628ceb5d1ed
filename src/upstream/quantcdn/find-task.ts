import type { ReadStart } from '../../domain/read-start.ts';
import { isGatewayError } from '../../errors.ts';
import type { QuantCdnClient } from './client.ts';
import type { DetailedAiTask } from './model.ts';

/** Limit of single reads that run at once. With more, some would wait in the rate budget past their deadline. */
export const READS_AT_ONCE = 10;

/** Reads a task; null when it does not exist, for example because it was deleted or expired since it was listed. */
export async function findTask(
  client: Pick<QuantCdnClient, 'readTask'>,
  id: string,
  start?: ReadStart,
): Promise<DetailedAiTask | null> {
  try {
    return await client.readTask(id, start);
  } catch (error) {
    if (isGatewayError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}
