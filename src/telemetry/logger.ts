import { type DestinationStream, type LevelWithSilent, type Logger, pino, stdTimeFunctions } from 'pino';
import { scrub } from './scrub.ts';

/** A cause of a cause … of an error: as far as we follow. */
const MAX_CAUSES = 5;

/** An error as it is logged: these fields and no others, for libraries hang requests and headers on theirs. */
interface LoggedError {
  type: string;
  message: string;
  code?: unknown;
  stack?: string | undefined;
  cause?: LoggedError | string;
}

/** Where lines go and from which level on. */
export interface LoggerOptions {
  level: LevelWithSilent;
  /** Standard output unless a test listens. */
  destination?: DestinationStream;
}

/**
 * The logger: one JSON object a line. Every line passes the scrubber on its way out, at any level and from any
 * child, so a secret has to slip past two gates: the allow-lists of what is logged, and its own looks.
 */
export function createLogger({ level, destination = pino.destination(1) }: LoggerOptions): Logger {
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
