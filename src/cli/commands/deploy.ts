import { setTimeout as pause } from 'node:timers/promises';
import { type Api, Unreachable, withApi } from '../follow/api.ts';
import { followDeployment } from '../follow/follow-deployment.ts';
import type { Deployment } from '../follow/model.ts';
import type { Frame } from '../frame.ts';
import type { CommandIo, CommandResult } from '../io.ts';

/** Adds `deploy`. */
export function addDeploy({ add, printing }: Frame): void {
  add('deploy', 'deploy a task as a user, with QUANTGATE_URL and QUANTGATE_TOKEN')
    .argument('<task>', 'the id of the task')
    .option('--follow', 'show what it does until it has ended; the exit code says how')
    .action(printing(deploy));
}

/** A deploy whose answer was lost is sent again so often, under the same key. */
const TRIES = 5;
const PAUSE_MS = 1_000;

interface DeployOptions {
  follow?: boolean;
  json?: boolean;
}

/** @throws UsageError without URL or token; ApiError when the gateway refuses */
function deploy(io: CommandIo, taskId: string, options: DeployOptions): Promise<CommandResult> {
  const { follow = false, json = false } = options;
  return withApi(io, async (api) => {
    const deployment = await create(api, taskId, io.runtime.random.uuid());
    const text = `Deployment ${deployment.id} of task ${taskId}`;
    if (!follow) return { json: { deployment }, text: `${text}: ${deployment.status}` };
    io.writeOut(`${json ? JSON.stringify({ kind: 'deployment', deployment }) : text}\n`);
    return followDeployment(io, api, deployment.id, { json });
  });
}

/** The key makes one deployment of all tries (docs/guide/rest.md). */
async function create(api: Api, taskId: string, key: string): Promise<Deployment> {
  for (let tries = 1; ; tries += 1) {
    try {
      const path = `/v1/tasks/${encodeURIComponent(taskId)}/deployments`;
      return await api.request('POST', path, {}, { 'idempotency-key': key });
    } catch (error) {
      if (!(error instanceof Unreachable) || tries === TRIES) throw error;
      await pause(PAUSE_MS);
    }
  }
}
