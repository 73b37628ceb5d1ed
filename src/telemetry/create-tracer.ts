import { StartError } from '../lib/start-error.ts';
import type { OtlpOptions } from './otlp.ts';
import { noTracer, type Tracer } from './tracing.ts';

/**
 * The tracer of the process. The SDK is loaded only where tracing is on.
 * @param tracesUrl undefined while tracing is off
 * @throws StartError when the SDK refuses its settings
 */
export async function createTracer(
  tracesUrl: string | undefined,
  runtime: Omit<OtlpOptions, 'tracesUrl'>,
): Promise<Tracer> {
  if (tracesUrl === undefined) return noTracer;
  const { createOtlpTracer } = await import('./otlp.ts');
  try {
    return createOtlpTracer({ ...runtime, tracesUrl });
  } catch (error) {
    throw new StartError(`tracing cannot start: ${error instanceof Error ? error.message : String(error)}`);
  }
}
