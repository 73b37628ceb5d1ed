import { z } from 'zod';
import type { Accounts } from '../../../services/identity/accounts.ts';

import type { ZodApp } from '../zod-app.ts';

/** Short enough that verifiers have a new key before all replicas sign with it. */
const CACHE_SECONDS = 300;

const jwkSet = z.object({ keys: z.array(z.record(z.string(), z.string())) });

/** The public keys of access tokens (RFC 7517). This is the only answer that caches may store. */
export async function jwksRoute(
  app: ZodApp,
  { accounts }: { accounts: Pick<Accounts, 'jwks'> },
): Promise<void> {
  app.get(
    '/.well-known/jwks.json',
    {
      schema: {
        operationId: 'getPublicKeys',
        tags: ['auth'],
        summary: 'Read the public keys of access tokens',
        response: { 200: jwkSet },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', `public, max-age=${CACHE_SECONDS}`);
      return accounts.jwks();
    },
  );
}
