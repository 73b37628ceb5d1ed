import type { Logger } from '../lib/logger.ts';

/** One step of a shutdown. */
export type Phase = [name: string, run: () => unknown];

/** A phase that takes longer is left behind, so that the process is gone in under 10 s whatever hangs. */
const PHASE_LIMIT_MS = 4_000;
const TOTAL_LIMIT_MS = 9_000;

/** Runs the phases in order on SIGTERM or SIGINT and exits with 0; a second signal exits at once. */
export function onShutdownSignal(logger: Logger, phases: readonly Phase[]): void {
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
      logger.warn({ phase: name }, 'a phase of the shutdown took too long');
      resolve();
    }, PHASE_LIMIT_MS);
  });
  const work = (async () => run())().catch((error: unknown) =>
    logger.error({ err: error, phase: name }, 'a phase of the shutdown failed'),
  );
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
