import type { QuantCdnToken } from './tokens.ts';

/** Constant test data, no secret. */
export const seededQuantCdnToken = {
  token: 'quantcdn-simulator-token-0123456789abcdef',
  name: 'seeded',
  organisations: ['acme'],
} satisfies QuantCdnToken;
