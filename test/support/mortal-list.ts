import { type Simulator, seededAccount, seededQuantCdnToken } from '../../simulator/index.ts';
import { linkedTask } from './ai-task-runs.ts';
import { createGraphQLClient } from './client.ts';
import { freePort, startMortalGateway } from './process.ts';

/**
 * Starts a gateway that can be killed, with a signed-in user and the list `list` of one AI task, which is linked to a task.
 * @param dataDir the folder of its store, which outlives it
 */
export async function startMortalList(simulator: Simulator, dataDir: string) {
  const gateway = await startMortalGateway({
    PORT: await freePort(),
    DATA_DIR: dataDir,
    QUANTCONNECT_BASE_URL: simulator.url,
    QUANTCDN_BASE_URL: simulator.quantCdnUrl,
    UPSTREAM_TIMEOUT: '2s',
    POLL_INTERVAL: '100ms',
    POLL_INTERVAL_MAX: '500ms',
  });
  const ada = createGraphQLClient(gateway.url);
  await ada.signUp('ada@example.com');
  await ada.saveCredential(seededAccount);
  await ada.saveQuantCdnCredential(seededQuantCdnToken);
  const taskId = await ada.createTask();
  const id = linkedTask(simulator, { taskId, taskListId: 'list' });
  return { gateway, ada, taskId, id, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}
