import type { Logger } from '../lib/logger.ts';

/** One step of a shutdown. */
export type ShutdownPhase = [name: string, run: () => unknown];

/** Limits of one phase and of the whole shutdown: the process exits in under 10 s even if a phase hangs. */
const PHASE_LIMIT_MS = 4_000;
const TOTAL_LIMIT_MS = 9_000;

/** Runs the phases in order on SIGTERM or SIGINT and exits with 0; a second signal exits at once. */
export function onShutdownSignal(logger: Logger, phases: readonly ShutdownPhase[]): void {
  let isStopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (isStopping) process.exit(1);
    isStopping = true;
    logger.info({ signal }, 'shutting down');
    setTimeout(() => process.exit(1), TOTAL_LIMIT_MS).unref();
    for (const [name, run] of phases) await runWithin(logger, name, run);
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

async function runWithin(logger: Logger, name: string, run: () => unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      logger.warn({ phase: name }, 'shutdown phase took too long; going on with the next');
      resolve();
    }, PHASE_LIMIT_MS);
  });
  const work = (async () => run())().catch((error: unknown) =>
    logger.error({ err: error, phase: name }, 'shutdown phase failed; going on with the next'),
  );
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
