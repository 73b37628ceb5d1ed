import { z } from 'zod';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import type { ZodApp } from '../zod-app.ts';

const rows = z.int().describe('Rows that need it');
const key = z
  .object({
    kid: z.string(),
    isConfigured: z.boolean().describe('This process has it'),
    isFirst: z.boolean().describe('It seals what is stored from now on'),
    isKnown: z.boolean().describe('A gateway on this store has started with it'),
    credentials: rows,
    transcripts: rows,
    webhookSecrets: rows,
    answers: rows.describe('Answers that are kept for idempotency keys, for a day at most'),
    mayBeDropped: z.boolean().describe('No row needs it, and it is not the first'),
  })
  .meta({ id: 'EncryptionKey' });

/** Which encryption keys are in use, for administrators; what `quantgate keys status` says. */
export async function encryptionKeysRoute(
  app: ZodApp,
  { services: { encryptionKeys } }: { services: Pick<Services, 'encryptionKeys'> },
): Promise<void> {
  app.get(
    '/v1/encryption-keys',
    {
      schema: {
        operationId: 'listEncryptionKeys',
        tags: ['operations'],
        summary: 'List the encryption keys in use, and how many rows need each',
        response: { 200: z.object({ keys: z.array(key) }) },
      },
    },
    async (request) => ({ keys: await encryptionKeys.list(viewerOf(request)) }),
  );
}
