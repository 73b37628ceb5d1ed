import { z } from 'zod';
import type { Services } from '../../../services/services.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import { boundedList, idempotencyHeaders, pageInfo, pageQuery } from '../shared-inputs.ts';
import type { ZodApp } from '../zod-app.ts';
import { email, newPassword, role } from './auth-schemas.ts';

const roles = boundedList(z.array(role).min(1, 'must name at least one role'));
const creation = z
  .strictObject({
    email,
    password: newPassword
      .optional()
      .describe('Without it the answer has a token with which the user sets a password'),
    roles: roles.optional().describe('Without it `user`'),
  })
  .meta({ examples: [{ email: 'lin@example.com', roles: ['user'] }] });
const change = z
  .strictObject({ roles: roles.optional(), isDisabled: z.boolean().optional() })
  .meta({ examples: [{ isDisabled: true }] });

const user = z.object({
  id: z.string(),
  email: z.string().nullable().describe('Null for a user of an outside identity provider'),
  roles: z.array(role),
  isDisabled: z.boolean(),
  createdAt: z.iso.datetime(),
  outside: z
    .object({ issuer: z.string(), subject: z.string() })
    .nullable()
    .describe('Who the user is at an outside identity provider; null for who signs in here'),
});
const reset = z.object({
  resetToken: z.string().describe('For `POST /v1/auth/password-reset`, once; it cannot be read again'),
  expiresAt: z.iso.datetime(),
});
const params = z.object({ userId: z.string() });

const tags = ['users'];
const config = { errors: ['NOT_FOUND'] } as const;

/** The users of the gateway, for administrators. */
export async function userRoutes(
  app: ZodApp,
  { services: { users, erasure } }: { services: Pick<Services, 'users' | 'erasure'> },
): Promise<void> {
  app.get(
    '/v1/users',
    {
      schema: {
        operationId: 'listUsers',
        tags,
        summary: 'List users, oldest first',
        querystring: pageQuery.extend({ email: z.string().optional().describe('Only the user with it') }),
        response: { 200: z.object({ users: z.array(user), pageInfo }) },
      },
    },
    async (request) => {
      const page = await users.page(viewerOf(request), request.query);
      return { users: page.nodes, pageInfo: page.pageInfo };
    },
  );

  app.post(
    '/v1/users',
    {
      config: { errors: ['CONFLICT', 'OUTCOME_UNKNOWN'] },
      schema: {
        operationId: 'createUser',
        tags,
        summary: 'Add a user, also while registration is closed',
        headers: idempotencyHeaders,
        body: creation,
        response: { 201: z.object({ user, ...reset.partial().shape }) },
      },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send(await users.create(viewerOf(request), request.body, request.headers['idempotency-key'])),
  );

  app.get(
    '/v1/users/:userId',
    {
      config,
      schema: {
        operationId: 'getUser',
        tags,
        summary: 'Read a user',
        params,
        response: { 200: z.object({ user }) },
      },
    },
    async (request) => ({ user: await users.get(viewerOf(request), request.params.userId) }),
  );

  app.patch(
    '/v1/users/:userId',
    {
      config: { errors: ['NOT_FOUND', 'CONFLICT'] },
      schema: {
        operationId: 'updateUser',
        tags,
        summary: 'Change the roles of a user, disable or enable',
        description: 'Takes effect within 5 s, also for tokens that are out.',
        params,
        body: change,
        response: { 200: z.object({ user }) },
      },
    },
    async (request) => ({
      user: await users.change(viewerOf(request), request.params.userId, request.body),
    }),
  );

  app.delete(
    '/v1/users/:userId',
    {
      config: { errors: ['NOT_FOUND', 'CONFLICT'] },
      schema: {
        operationId: 'deleteUser',
        tags,
        summary: 'Erase a user with everything that the user owns',
        params,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await erasure.erase(viewerOf(request), request.params.userId);
      return reply.code(204).send();
    },
  );

  app.delete(
    '/v1/users/:userId/sessions',
    {
      config,
      schema: {
        operationId: 'endUserSessions',
        tags,
        summary: 'End all sessions of a user',
        params,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await users.endSessions(viewerOf(request), request.params.userId);
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/users/:userId/password-reset',
    {
      config: { errors: ['NOT_FOUND', 'CONFLICT', 'OUTCOME_UNKNOWN'] },
      schema: {
        operationId: 'createPasswordReset',
        tags,
        summary: 'Make a token with which the user sets a password',
        headers: idempotencyHeaders,
        params,
        response: { 201: reset },
      },
    },
    async (request, reply) =>
      reply
        .code(201)
        .send(
          await users.resetPassword(
            viewerOf(request),
            request.params.userId,
            request.headers['idempotency-key'],
          ),
        ),
  );
}
