import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { badUserInput, isGatewayError } from '../../../errors.ts';
import type { SignIn } from '../../../services/identity/sign-ins.ts';
import type { Services } from '../../../services/services.ts';
import { identify, originOf } from '../../plugins/authenticate.ts';
import { clearSessionCookies, readSessionCookies, setSessionCookies } from '../../plugins/cookies.ts';
import { assertKeepsCookies, assertNotForged, assertTrustedOrigin } from '../../plugins/trusted-origins.ts';
import type { ZodApp } from '../zod-app.ts';
import { BODY_LIMIT_WITHOUT_TOKEN, email, newPassword, password, user } from './auth-schemas.ts';

const registration = z
  .strictObject({ email, password: newPassword })
  .meta({ examples: [{ email: 'grace@example.com', password: 'correct horse battery staple' }] });
const login = z
  .strictObject({
    email,
    password,
    session: z
      .enum(['token', 'cookie'])
      .default('token')
      .describe('With `cookie` the tokens are sent in HttpOnly cookies only, for pages in a browser'),
  })
  .meta({ examples: [{ email: 'grace@example.com', password: 'correct horse battery staple' }] });
const refresh = z
  .strictObject({ refreshToken: z.string().optional().describe('Without it the session cookie is used') })
  .nullish()
  .meta({ examples: [{ refreshToken: 'qgr_…' }] });

const passwordReset = z
  .strictObject({ resetToken: z.string().max(200), newPassword })
  .meta({ examples: [{ resetToken: 'qgp_…', newPassword: 'correct horse battery staple' }] });

const expiresIn = z.int().describe('Seconds until the access token expires');
const tokenPair = z
  .object({
    accessToken: z.string(),
    tokenType: z.literal('Bearer'),
    expiresIn,
    refreshToken: z.string(),
  })
  .meta({ id: 'TokenPair' });
const cookieSession = z.object({ user, expiresIn }).meta({ id: 'CookieSession' });
const signedIn = z.union([tokenPair, cookieSession]);

const tags = ['auth'];

export interface AuthRoutesOptions {
  services: Pick<Services, 'accounts' | 'cookieSessions' | 'signIns' | 'passwordResets'>;
  /** How long browsers keep the refresh cookie. */
  sessionTtlMs: number;
}

/** Registration, sign-in, refresh, sign-out, and a new password by a token. */
export async function authRoutes(app: ZodApp, options: AuthRoutesOptions): Promise<void> {
  const { accounts, signIns, passwordResets } = options.services;

  const byCookie = (reply: FastifyReply, { user, tokens }: SignIn) => {
    setSessionCookies(reply, { ...tokens, sessionSeconds: Math.floor(options.sessionTtlMs / 1000) });
    return { user, expiresIn: tokens.expiresIn };
  };

  app.post(
    '/v1/auth/register',
    {
      bodyLimit: BODY_LIMIT_WITHOUT_TOKEN,
      config: { errors: ['FORBIDDEN', 'CONFLICT'] },
      schema: {
        operationId: 'register',
        tags,
        summary: 'Sign up',
        body: registration,
        response: { 201: z.object({ user }) },
      },
    },
    async (request, reply) =>
      reply.code(201).send({ user: await accounts.register(request.body, request.ip) }),
  );

  app.post(
    '/v1/auth/login',
    {
      bodyLimit: BODY_LIMIT_WITHOUT_TOKEN,
      config: { errors: ['UNAUTHENTICATED', 'FORBIDDEN'] },
      schema: { operationId: 'signIn', tags, summary: 'Sign in', body: login, response: { 200: signedIn } },
    },
    async (request, reply) => {
      const { session, ...input } = request.body;
      if (session === 'cookie') {
        // Otherwise a page of another site could sign a browser in as another user (login CSRF).
        assertTrustedOrigin(request);
        assertKeepsCookies(request);
      }
      const signIn = await signIns.login(input, originOf(request));
      return session === 'cookie' ? byCookie(reply, signIn) : signIn.tokens;
    },
  );

  app.post(
    '/v1/auth/refresh',
    {
      bodyLimit: BODY_LIMIT_WITHOUT_TOKEN,
      config: { errors: ['UNAUTHENTICATED', 'FORBIDDEN'] },
      schema: {
        operationId: 'refreshSession',
        tags,
        summary: 'Exchange a refresh token or a session cookie for a new one',
        description: 'The second use of a refresh token ends the session.',
        body: refresh,
        response: { 200: signedIn },
      },
    },
    async (request, reply) => {
      const offered = request.body?.refreshToken;
      if (offered !== undefined) return (await signIns.refresh(offered, originOf(request))).tokens;
      const { refreshToken } = readSessionCookies(request.headers.cookie);
      if (refreshToken === undefined) {
        throw badUserInput({ path: 'refreshToken', message: 'is required without a session cookie' });
      }
      assertNotForged(request);
      try {
        return byCookie(reply, await signIns.refresh(refreshToken, originOf(request)));
      } catch (error) {
        if (isGatewayError(error, 'UNAUTHENTICATED')) clearSessionCookies(reply);
        throw error;
      }
    },
  );

  app.post(
    '/v1/auth/password-reset',
    {
      bodyLimit: BODY_LIMIT_WITHOUT_TOKEN,
      config: { errors: ['UNAUTHENTICATED'] },
      schema: {
        operationId: 'resetPassword',
        tags,
        summary: 'Set a password with a token of an administrator, and end all sessions',
        description: 'The token serves once, and for an hour.',
        body: passwordReset,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      await passwordResets.redeem(request.body, request.ip);
      return reply.code(204).send();
    },
  );

  app.post(
    '/v1/auth/logout',
    {
      bodyLimit: BODY_LIMIT_WITHOUT_TOKEN,
      config: { requiresToken: true },
      schema: {
        operationId: 'signOut',
        tags,
        summary: 'Sign out: end the session and close its sockets and streams',
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      const { authorization, cookie } = request.headers;
      const { accessToken, refreshToken } = readSessionCookies(cookie);
      if (authorization === undefined && accessToken === undefined && refreshToken !== undefined) {
        // The browser has deleted the expired access cookie; the refresh cookie still identifies the session.
        assertNotForged(request);
        await signIns.logoutByToken(refreshToken, originOf(request));
      } else {
        await signIns.logout(await identify(options.services, request, reply));
      }
      if (authorization === undefined) clearSessionCookies(reply);
      return reply.code(204).send();
    },
  );
}
