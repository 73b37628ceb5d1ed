import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededAccount, startSimulator } from '../../simulator/index.ts';
import { createGraphQLClient } from '../support/client.ts';
import { temporaryDatabase } from '../support/postgres.ts';
import { freePort, type GatewayProcess, startGateway } from '../support/process.ts';
import { sharedKeys } from '../support/replicas.ts';
import { startHttpBalancer } from './balancer.ts';
import { type LoadResult, startLoad } from './load.ts';

export interface RollingRestartOptions {
  replicas: number;
  /** Requests a second before, during and after the restart; 0 for replicas that are idle. */
  ratePerSecond: number;
  /** How long the load runs before and after. */
  restMs: number;
}

export interface RollingRestart extends LoadResult {
  /** How each replica ended, and how long it took from the signal to the end of the process. */
  ends: { code: number | null; ms: number }[];
  /** What the replicas that ended had logged as warnings and errors. */
  warnings: string[];
}

const DRAIN_DELAY_MS = 2_000;

/** The time that a replica without requests has to be gone after `DRAIN_DELAY` (docs/operate/replicas.md, Stopping). */
export const IDLE_END_MS = DRAIN_DELAY_MS + 3_000;

/**
 * Restarts replicas one after the other under load, as an operator does: a signal, the end of the process, a new one on the
 * same port, its `/readyz`, then the next replica. They are processes on one PostgreSQL and one Redis, behind a balancer.
 */
export async function restartReplicas(options: RollingRestartOptions): Promise<RollingRestart> {
  await using started = new AsyncDisposableStack();
  const database = started.use(await temporaryDatabase());
  const simulator = await startSimulator({ pace: 'fast' });
  started.defer(() => simulator.close());
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379',
    REDIS_PREFIX: `quantgate-rolling-${randomBytes(6).toString('hex')}:`,
    QUANTCONNECT_BASE_URL: simulator.url,
    QUANTCDN_BASE_URL: simulator.quantCdnUrl,
    JWT_ISSUER: 'http://gateway.test',
    REQUEST_RATE: 'off',
    DRAIN_DELAY: `${DRAIN_DELAY_MS}ms`,
    ...sharedKeys(),
  };
  const ports: string[] = [];
  for (let index = 0; index < options.replicas; index += 1) ports.push(await freePort());
  const start = (index: number): Promise<GatewayProcess> => startGateway({ ...env, PORT: `${ports[index]}` });
  const processes: GatewayProcess[] = [];
  started.defer(async () => {
    for (const one of processes) await one[Symbol.asyncDispose]();
  });
  for (const index of ports.keys()) processes.push(await start(index));
  const balancer = started.use(await startHttpBalancer(processes.map(({ url }) => url)));
  for (const index of ports.keys()) await balancer.ready(index);

  const ada = createGraphQLClient(balancer.url);
  await ada.signUp('ada@example.com');
  await ada.saveCredential(seededAccount);
  await ada.deploy(await ada.createTask());
  const { accessToken } = ada.tokens;
  const stop = startLoad({ ...options, url: balancer.url, accessToken });
  await sleep(options.restMs);
  const ends: RollingRestart['ends'] = [];
  const warnings: string[] = [];
  for (const index of ports.keys()) {
    const signaledAt = performance.now();
    const exit = await processes[index]?.end('SIGTERM');
    ends.push({ code: exit?.code ?? null, ms: Math.round(performance.now() - signaledAt) });
    warnings.push(...warningsIn(exit?.stdout ?? ''));
    processes[index] = await start(index);
    await balancer.ready(index);
  }
  await sleep(options.restMs);
  return { ...(await stop()), ends, warnings };
}

function warningsIn(log: string): string[] {
  return log.split('\n').filter((line) => /^{"level":"(warn|error|fatal)"/.test(line));
}
