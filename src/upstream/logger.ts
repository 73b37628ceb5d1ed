/** The logger of this room. Fields must not hold text of an upstream, tokens or signatures. */
export type UpstreamLogger = (
  level: 'debug' | 'info' | 'warn',
  message: string,
  fields: Record<string, unknown>,
) => void;
