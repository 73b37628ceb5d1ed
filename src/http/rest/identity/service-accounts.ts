import { z } from 'zod';
import { hasLength } from '../../../lib/text.ts';
import type { Services } from '../../../services/services.ts';
import { SCOPES } from '../../../viewer.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { boundedList, idempotencyHeaders, pageInfo, pageQuery } from '../shared-inputs.ts';

import type { ZodApp } from '../zod-app.ts';

const scopes = z.array(z.enum(SCOPES));
const expiresAt = z.iso
  .datetime({ offset: true })
  .optional()
  .describe('When the secret expires, and its tokens with it; without it never');
const creation = z
  .strictObject({
    name: z
      .string()
      .trim()
      .refine((name) => hasLength(name, 1, 100), 'must have 1 to 100 characters')
      .describe('1 to 100 characters'),
    scopes: boundedList(scopes.min(1, 'must name at least one scope')),
    expiresAt,
  })
  .meta({ examples: [{ name: 'nightly deployer', scopes: ['read', 'deploy'] }] });

const newSecret = z
  .strictObject({ expiresAt })
  .nullish()
  .meta({ examples: [{}] });

const secretFields = z.object({
  id: z.string(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable().describe('When a token was last issued for it'),
  expiresAt: z.iso.datetime().nullable().describe('Null for one that does not expire'),
});
const secretView = secretFields.meta({ id: 'ServiceSecret' });
const accountFields = z.object({
  id: z.string().describe('Also the OAuth `client_id`'),
  name: z.string(),
  scopes,
  createdAt: z.iso.datetime(),
  secrets: z.array(secretView),
});
const account = accountFields.meta({ id: 'ServiceAccount' });
const secret = z.string().describe('The OAuth `client_secret`; it cannot be read again');

const params = z.object({ serviceAccountId: z.string() });
const secretParams = params.extend({ secretId: z.string() });

const tags = ['service accounts'];
const config = { errors: ['NOT_FOUND'] } as const;

/** Service accounts, which call for themselves or for a user. For administrators. */
export async function serviceAccountRoutes(
  app: ZodApp,
  {
    services: { serviceAccounts },
  }: {
    services: Pick<Services, 'serviceAccounts'>;
  },
): Promise<void> {
  app.post(
    '/v1/service-accounts',
    {
      config: { errors: ['CONFLICT', 'OUTCOME_UNKNOWN'] },
      schema: {
        operationId: 'createServiceAccount',
        tags,
        summary: 'Create a service account; only this answer has its secret',
        headers: idempotencyHeaders,
        body: creation,
        response: { 201: accountFields.extend({ secret }).meta({ id: 'CreatedServiceAccount' }) },
      },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send(
          await serviceAccounts.create(viewerOf(request), request.body, request.headers['idempotency-key']),
        ),
  );

  app.get(
    '/v1/service-accounts',
    {
      schema: {
        operationId: 'listServiceAccounts',
        tags,
        summary: 'List service accounts, oldest first',
        querystring: pageQuery,
        response: { 200: z.object({ serviceAccounts: z.array(account), pageInfo }) },
      },
    },
    async (request) => {
      const page = await serviceAccounts.page(viewerOf(request), request.query);
      return { serviceAccounts: page.nodes, pageInfo: page.pageInfo };
    },
  );

  app.get(
    '/v1/service-accounts/:serviceAccountId',
    {
      config,
      schema: {
        operationId: 'getServiceAccount',
        tags,
        summary: 'Read a service account',
        params,
        response: { 200: account },
      },
    },
    (request) => serviceAccounts.get(viewerOf(request), request.params.serviceAccountId),
  );

  app.delete(
    '/v1/service-accounts/:serviceAccountId',
    {
      config,
      schema: {
        operationId: 'deleteServiceAccount',
        tags,
        summary: 'Delete a service account, its tokens and everything that it owns',
        params,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await serviceAccounts.remove(viewerOf(request), request.params.serviceAccountId);
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/service-accounts/:serviceAccountId/secrets',
    {
      config: { errors: ['NOT_FOUND', 'CONFLICT', 'OUTCOME_UNKNOWN'] },
      schema: {
        operationId: 'createServiceAccountSecret',
        tags,
        headers: idempotencyHeaders,
        summary: 'Add a second secret; the first stays valid',
        params,
        body: newSecret,
        response: { 201: secretFields.extend({ secret }).meta({ id: 'CreatedServiceSecret' }) },
      },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send(
          await serviceAccounts.addSecret(
            viewerOf(request),
            request.params.serviceAccountId,
            request.body ?? {},
            request.headers['idempotency-key'],
          ),
        ),
  );

  app.delete(
    '/v1/service-accounts/:serviceAccountId/secrets/:secretId',
    {
      config,
      schema: {
        operationId: 'deleteServiceAccountSecret',
        tags,
        summary: 'Delete a secret and revoke the tokens that were issued for it',
        params: secretParams,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      const { serviceAccountId, secretId } = request.params;
      await serviceAccounts.removeSecret(viewerOf(request), serviceAccountId, secretId);
      return reply.code(204).send();
    },
  );
}
