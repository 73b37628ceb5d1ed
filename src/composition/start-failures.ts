import { ConfigError } from '../config.ts';
import { StartError } from '../lib/start-error.ts';
import { scrub } from '../telemetry/scrub.ts';

/** What a server that cannot listen says, and what to do. @returns the error itself when the cause is another one */
export function toListenFailure(
  error: unknown,
  { host, port, variable = 'PORT' }: { host: string; port: number; variable?: string },
): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return new StartError(`port ${port} is taken on ${host}: end what uses it, or set ${variable}`);
    case 'EACCES':
      return new StartError(
        `port ${port} needs more rights than this process has: set ${variable} to one above 1023`,
      );
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
      return new StartError(`HOST ${host} is no address of this machine: name one, or 0.0.0.0 for all`);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new StartError(`HOST ${host} cannot be found: name an address of this machine`);
    default:
      return error;
  }
}

/** What a failed start prints: see `describeFailure`. */
export function describeStartFailure(error: unknown, logLevel: string | undefined): string {
  return describeFailure(error, 'The gateway could not start', logLevel);
}

/**
 * What a program that cannot go on prints. A mistake that is known has its one line (a wrong configuration one for each
 * variable). Everything else is named in one line too, after `beginning`, and with `LOG_LEVEL=debug` has its stack, for a
 * report.
 */
export function describeFailure(error: unknown, beginning: string, logLevel: string | undefined): string {
  if (error instanceof ConfigError || error instanceof StartError) return error.message;
  const messages: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) messages.push(cause.message);
  const line = `${beginning}: ${messages.join(': ') || String(error)}`.replace(/\s*\n\s*/g, ' ');
  const stack = error instanceof Error && /^(debug|trace)$/.test(logLevel ?? '') ? `\n${error.stack}` : '';
  return scrub(line + stack);
}
