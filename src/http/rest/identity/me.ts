import { z } from 'zod';
import type { Services } from '../../../services/services.ts';
import { SCOPES } from '../../../viewer.ts';
import { viewerOf } from '../../plugins/authenticate.ts';
import type { ZodApp } from '../zod-app.ts';
import { newPassword, password, principal, role } from './auth-schemas.ts';

const me = z
  .object({
    id: z.string(),
    email: z.string().nullable().describe('Null for a service account'),
    name: z.string().describe('The e-mail address of a user, the name of a service account'),
    roles: z.array(role),
    scopes: z.array(z.enum(SCOPES)).describe('The scopes of the token'),
    actor: principal.nullable().describe('The service account that acts for this user; else null'),
  })
  .meta({ id: 'Me' });
const passwordChange = z.strictObject({ currentPassword: password, newPassword }).meta({
  examples: [{ currentPassword: 'correct horse battery staple', newPassword: 'a new one, just as long' }],
});

const erasure = z
  .strictObject({ password })
  .meta({ examples: [{ password: 'correct horse battery staple' }] });

const tags = ['me'];

/** The caller, their password, and the end of their account. */
export async function meRoutes(
  app: ZodApp,
  { services }: { services: Pick<Services, 'accounts' | 'erasure'> },
): Promise<void> {
  app.get(
    '/v1/me',
    { schema: { operationId: 'getMe', tags, summary: 'Read the caller', response: { 200: me } } },
    async (request) => {
      const { userId: id, email, name, roles, scopes, actor } = services.accounts.me(viewerOf(request));
      return { id, email, name, roles, scopes: [...scopes], actor };
    },
  );

  app.delete(
    '/v1/me',
    {
      config: { errors: ['CONFLICT'] },
      schema: {
        operationId: 'deleteMe',
        tags,
        summary: 'Erase the account with everything that it owns',
        description:
          'Deployments that are under way are watched no longer, and not stopped upstream. Rows of the audit log stay for a ' +
          'year, without the e-mail. Service accounts that the user made are erased too.',
        body: erasure,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await services.erasure.eraseOwn(viewerOf(request), request.body);
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/me/password',
    {
      config: { errors: ['CONFLICT'] },
      schema: {
        operationId: 'changePassword',
        tags,
        summary: 'Change the password and end all other sessions',
        body: passwordChange,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await services.accounts.changePassword(viewerOf(request), request.body);
      return reply.code(204).send();
    },
  );
}
