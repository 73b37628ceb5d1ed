import { z } from 'zod';
import type { Accounts } from '../../../services/identity/accounts.ts';

import type { ZodApp } from '../zod-app.ts';

/** Long enough to spare us the calls, short enough for a new key to be known before it signs everywhere. */
const CACHE_SECONDS = 300;

const jwkSet = z.object({ keys: z.array(z.record(z.string(), z.string())) });

/** The public keys of access tokens (RFC 7517); the one answer that caches may keep. */
export async function jwksRoute(
  app: ZodApp,
  { accounts }: { accounts: Pick<Accounts, 'jwks'> },
): Promise<void> {
  app.get(
    '/.well-known/jwks.json',
    { schema: { tags: ['auth'], summary: 'The public keys of access tokens', response: { 200: jwkSet } } },
    async (_request, reply) => {
      reply.header('cache-control', `public, max-age=${CACHE_SECONDS}`);
      return accounts.jwks();
    },
  );
}
