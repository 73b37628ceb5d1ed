import { z } from 'zod';

/** Bodies of the requests about credentials. `provider` selects the schema. */

const label = z.string().nullable().optional().describe('A name of your choice');
const apiToken = z.string();

const quantConnect = z
  .strictObject({
    provider: z.literal('QUANTCONNECT'),
    label,
    userId: z.union([z.string(), z.int()]).describe('The numeric QuantConnect user id'),
    apiToken,
    organizationId: z.string().nullable().optional(),
  })
  // A discriminator of OpenAPI needs named schemas; in the document their names end in `Input`.
  .meta({ id: 'QuantConnectCredential' });

const quantCdn = z
  .strictObject({
    provider: z.literal('QUANTCDN'),
    label,
    organisation: z.string().describe('The short name of the QuantCDN organisation'),
    apiToken,
  })
  .meta({ id: 'QuantCdnCredential' });

const PROVIDERS = "must be 'QUANTCONNECT' or 'QUANTCDN'";

export const saveCredential = z
  .discriminatedUnion('provider', [quantConnect, quantCdn], {
    error: ({ code }) => (code === 'invalid_union' ? PROVIDERS : undefined),
  })
  .meta({
    discriminator: {
      propertyName: 'provider',
      mapping: {
        QUANTCONNECT: '#/components/schemas/QuantConnectCredentialInput',
        QUANTCDN: '#/components/schemas/QuantCdnCredentialInput',
      },
    },
    examples: [
      {
        provider: 'QUANTCONNECT',
        label: 'main',
        userId: '12345',
        apiToken: 'abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789',
        organizationId: '0123456789abcdef0123456789abcdef',
      },
      {
        provider: 'QUANTCDN',
        label: 'main',
        organisation: 'acme',
        apiToken: 'quantcdn-simulator-token-0123456789abcdef',
      },
    ],
  });

/** An absent field does not change, `null` clears. A new token is verified upstream first. */
export const updateCredential = z
  .strictObject({
    label,
    organizationId: z.string().nullable().optional().describe('Only for QuantConnect'),
    apiToken: apiToken.optional(),
    isDefault: z.literal(true).optional(),
  })
  .meta({ examples: [{ label: 'main', isDefault: true }] });
