import { type DestinationStream, type LevelWithSilent, type Logger, pino, stdTimeFunctions } from 'pino';
import { scrub } from './scrub.ts';
import { createStandardOutput } from './standard-output.ts';

/** How many nested causes of an error are logged. */
const MAX_CAUSES = 5;

/** An error as it is logged. Other fields are dropped, because libraries attach requests and headers to their errors. */
interface LoggedError {
  type: string;
  message: string;
  code?: unknown;
  stack?: string | undefined;
  cause?: LoggedError | string;
}

export interface LoggerOptions {
  level: LevelWithSilent;
  /** @default standard output */
  destination?: DestinationStream;
}

/**
 * Writes one JSON object per line. Every line passes the scrubber, at each level and from each child logger. So a secret
 * is kept out twice: code logs only chosen fields, and the scrubber removes text that looks like a secret.
 */
export function createLogger({ level, destination = createStandardOutput() }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: undefined,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => describe(error, MAX_CAUSES) },
    },
    { write: (line: string) => destination.write(scrub(line)) },
  );
}

function describe(error: unknown, causesLeft: number): LoggedError | string {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message,
    ...('code' in error ? { code: error.code } : {}),
    stack,
    ...(cause !== undefined && causesLeft > 0 ? { cause: describe(cause, causesLeft - 1) } : {}),
  };
}
