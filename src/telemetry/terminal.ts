import type { DestinationStream } from 'pino';

/**
 * Where lines go: for people when standard output is a terminal and `LOG_LEVEL` is not set, else as JSON.
 * @returns undefined for JSON on standard output
 */
export async function openTerminal(
  isTerminal: boolean | undefined,
  logLevel: string | undefined,
): Promise<DestinationStream | undefined> {
  if (!isTerminal || (logLevel !== undefined && logLevel !== '')) return undefined;
  // Loaded only for a terminal.
  const { default: pretty } = await import('pino-pretty');
  return pretty({ translateTime: 'SYS:HH:MM:ss', singleLine: true, sync: true });
}
