import { z } from 'zod';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { credential } from '../agents/views.ts';
import { IDEMPOTENT_ERRORS, UPSTREAM_ERRORS } from '../route-errors.ts';
import { idempotencyHeaders, optionalFlag, pageInfo, pageQuery } from '../shared-inputs.ts';
import type { ZodApp } from '../zod-app.ts';
import { saveCredential, updateCredential } from './credential-inputs.ts';

const params = z.object({ credentialId: z.string() });
const tags = ['credentials'];

/** The caller's upstream credentials. Their secrets can be stored and replaced, but not read. */
export async function credentialRoutes(app: ZodApp, { services }: { services: Services }): Promise<void> {
  const { credentials } = services;

  app.post(
    '/v1/credentials',
    {
      config: { errors: IDEMPOTENT_ERRORS },
      schema: {
        operationId: 'createCredential',
        tags,
        summary: 'Verify a credential upstream and store it',
        headers: idempotencyHeaders,
        body: saveCredential,
        response: { 201: credential },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const idempotencyKey = request.headers['idempotency-key'];
      const { provider: _provider, ...input } = request.body;
      const saved = await ('organisation' in input
        ? credentials.saveQuantCdn(viewer, { ...input, idempotencyKey })
        : credentials.saveQuantConnect(viewer, { ...input, userId: String(input.userId), idempotencyKey }));
      return reply.code(201).send(saved);
    },
  );

  app.get(
    '/v1/credentials',
    {
      schema: {
        operationId: 'listCredentials',
        tags,
        summary: 'List credentials, oldest first',
        querystring: pageQuery,
        response: { 200: z.object({ credentials: z.array(credential), pageInfo }) },
      },
    },
    async (request) => {
      const page = await credentials.page(viewerOf(request), request.query);
      return { credentials: page.nodes, pageInfo: page.pageInfo };
    },
  );

  app.get(
    '/v1/credentials/:credentialId',
    {
      config: { errors: ['NOT_FOUND'] },
      schema: {
        operationId: 'getCredential',
        tags,
        summary: 'Read a credential',
        params,
        response: { 200: credential },
      },
    },
    (request) => credentials.get(viewerOf(request), request.params.credentialId),
  );

  app.patch(
    '/v1/credentials/:credentialId',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'updateCredential',
        tags,
        summary: 'Change a credential',
        params,
        body: updateCredential,
        response: { 200: credential },
      },
    },
    (request) => credentials.update(viewerOf(request), request.params.credentialId, request.body),
  );

  app.delete(
    '/v1/credentials/:credentialId',
    {
      config: { errors: ['NOT_FOUND'] },
      schema: {
        operationId: 'deleteCredential',
        tags,
        summary: 'Delete a credential and stop polling with it',
        params,
        querystring: z.strictObject({
          eraseTranscripts: optionalFlag.describe(
            'With `true` what was said in the deployments that are watched with it is erased',
          ),
        }),
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await credentials.remove(viewerOf(request), request.params.credentialId, {
        eraseTranscripts: request.query.eraseTranscripts === 'true',
      });
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/credentials/:credentialId/verify',
    {
      config: { errors: UPSTREAM_ERRORS },
      schema: {
        operationId: 'verifyCredential',
        tags,
        summary: 'Verify a stored credential upstream again',
        params,
        response: { 200: credential },
      },
    },
    (request) => credentials.verify(viewerOf(request), request.params.credentialId),
  );
}
