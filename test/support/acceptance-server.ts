import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startProcess } from '../../demo/process.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the gateway under test. */
    baseUrl: string;
  }
}

/** Starts a gateway and a simulator as processes, unless `BASE_URL` names a gateway to test. */
export default async (project: TestProject): Promise<(() => Promise<void>) | undefined> => {
  if (process.env.BASE_URL) {
    project.provide('baseUrl', process.env.BASE_URL);
    return undefined;
  }
  const stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'quantgate-acceptance-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const simulator = stack.use(
    await startProcess(
      'simulator/main.ts',
      { SIMULATOR_PORT: '0', SIMULATOR_PACE: 'fast' },
      /(http:\/\/\S+\/api\/v2)/,
    ),
  );
  const gateway = stack.use(
    await startProcess(
      'src/main.ts',
      {
        PORT: '0',
        DATA_DIR: join(folder, 'data'),
        QUANTCONNECT_BASE_URL: simulator.url,
        QUANTCDN_BASE_URL: new URL(simulator.url).origin,
        POLL_INTERVAL: '100ms',
        UPSTREAM_RATE: '100',
        VERIFICATION_RATE: '1000/1m',
        ADMIN_EMAIL: 'admin@example.com',
        ADMIN_PASSWORD: 'correct horse battery staple',
      },
      /"address":"(http:[^"]+)"/,
    ),
  );
  project.provide('baseUrl', gateway.url);
  return () => stack.disposeAsync();
};
