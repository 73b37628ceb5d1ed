import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Accounts } from '../../services/accounts.ts';
import { viewerOf } from '../plugins/authenticate.ts';

/** RFC 5321, 4.5.3.1.3: the longest address that can be written to. */
const EMAIL_MAX_LENGTH = 254;
/** Contract, section 3. */
const PASSWORD_MIN_LENGTH = 8;
const PASSWORD_MAX_LENGTH = 128;

const email = z.string().trim().max(EMAIL_MAX_LENGTH).pipe(z.email('must be an e-mail address'));
const password = z.string().max(PASSWORD_MAX_LENGTH, 'must have 8 to 128 characters');
const newPassword = password.min(PASSWORD_MIN_LENGTH, 'must have 8 to 128 characters');

const registration = z.strictObject({ email, password: newPassword });
const login = z.strictObject({ email, password });
const refresh = z.strictObject({ refreshToken: z.string() });

const user = z.object({
  id: z.string(),
  email: z.string(),
  roles: z.array(z.enum(['user', 'admin'])),
  createdAt: z.string(),
});
const tokenPair = z.object({
  accessToken: z.string(),
  tokenType: z.literal('Bearer'),
  expiresIn: z.int().describe('Seconds'),
  refreshToken: z.string(),
});

/** Signing up and in: open to everyone. */
export const authRoutes: FastifyPluginAsyncZod<{ accounts: Accounts }> = async (app, { accounts }) => {
  app.post(
    '/v1/auth/register',
    { schema: { tags: ['auth'], body: registration, response: { 201: z.object({ user }) } } },
    async (request, reply) =>
      reply.code(201).send({ user: await accounts.register(request.body, request.ip) }),
  );

  app.post(
    '/v1/auth/login',
    { schema: { tags: ['auth'], body: login, response: { 200: tokenPair } } },
    (request) => accounts.login(request.body, request.ip),
  );

  app.post(
    '/v1/auth/refresh',
    { schema: { tags: ['auth'], body: refresh, response: { 200: tokenPair } } },
    (request) => accounts.refresh(request.body.refreshToken),
  );
};

/** Signing out: for those who are signed in. */
export const logoutRoute: FastifyPluginAsyncZod<{ accounts: Accounts }> = async (app, { accounts }) => {
  app.post(
    '/v1/auth/logout',
    { schema: { tags: ['auth'], response: { 204: z.void() } } },
    async (request, reply) => {
      await accounts.logout(viewerOf(request));
      return reply.code(204).send();
    },
  );
};
