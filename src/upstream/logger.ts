/** The little a room needs of a logger. Fields never hold upstream text, tokens or signatures. */
export type UpstreamLogger = (
  level: 'debug' | 'info' | 'warn',
  message: string,
  fields: Record<string, unknown>,
) => void;
