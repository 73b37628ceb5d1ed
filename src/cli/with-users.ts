import { openExistingStore } from '../composition/open-store.ts';
import { isGatewayError } from '../errors.ts';
import { StartError } from '../lib/start-error.ts';
import type { Page } from '../services/common/page.ts';
import { readSchemaState } from '../store/driver/migrate.ts';
import { createLogger } from '../telemetry/logger.ts';
import type { CommandIo, CommandResult } from './io.ts';
import { createOperatorServices, type OperatorServices } from './operator-services.ts';
import { patiently } from './patience.ts';

/**
 * Does work with the services of users on the configured store, also while gateways serve.
 * @throws StartError when the store cannot be used, or with what a service has refused
 */
export async function withUsers(
  io: CommandIo,
  work: (services: OperatorServices) => Promise<CommandResult>,
): Promise<CommandResult> {
  const config = io.loadConfig();
  const { runtime } = io;
  // What goes wrong is thrown. A lock that is waited for is no outage that the store should report.
  const silent = createLogger({ level: 'silent', destination: { write: () => undefined } });
  const store = await openExistingStore(config, { ...runtime, logger: silent });
  try {
    const { pending } = await readSchemaState(store.db, { logger: runtime.logger });
    if (pending.length > 0)
      throw new StartError('The store is not up to date: run `quantgate migrate` first');
    const write = patiently(io, store);
    const transaction: typeof store.transaction = (lockKey, tx) =>
      write(() => store.transaction(lockKey, tx));
    return await work(await createOperatorServices({ ...store, transaction }, runtime));
  } catch (error) {
    throw isGatewayError(error) && error.code !== 'UNAVAILABLE' ? new StartError(error.message) : error;
  } finally {
    await store.close();
  }
}

/** The items of all pages of a list. */
export async function readAll<Item>(
  page: (request: { after: string | null; first: number }) => Promise<Page<Item>>,
): Promise<Item[]> {
  const all: Item[] = [];
  for (let after: string | null = null; ; ) {
    const { nodes, pageInfo }: Page<Item> = await page({ after, first: 500 });
    all.push(...nodes);
    if (!pageInfo.hasNextPage) return all;
    after = pageInfo.endCursor;
  }
}
