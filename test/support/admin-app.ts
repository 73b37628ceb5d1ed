import type { LightMyRequestResponse } from 'fastify';
import { type AuthApp, type AuthAppOptions, bearer, bootAuthApp, createFakeHasher } from './auth-app.ts';

export const ADMIN = { email: 'root@example.com', password: 'correct horse battery' };

/** The environment that creates an administrator at the start. */
export const ADMIN_ENV = { ADMIN_EMAIL: ADMIN.email, ADMIN_PASSWORD: ADMIN.password };

/** A service account with its secret. */
export interface CreatedService {
  id: string;
  secret: string;
  secrets: { id: string; lastUsedAt: string | null }[];
}

/** An app with an administrator who is signed in. */
export interface AdminApp extends AuthApp {
  adminToken: string;
  /** A request with an access token. */
  call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    token: string,
    body?: object,
  ): Promise<LightMyRequestResponse>;
  createService(scopes: string[], name?: string): Promise<CreatedService>;
  /** Posts a form to the token endpoint. */
  askToken(form: Record<string, string>, authorization?: string): Promise<LightMyRequestResponse>;
  /** The access token of a service account, or of a user it acts for. */
  tokenOf(service: CreatedService, more?: Record<string, string>): Promise<string>;
}

export async function bootAdminApp(options: AuthAppOptions = {}): Promise<AdminApp> {
  const hasher = createFakeHasher();
  const gateway = await bootAuthApp({ hasher, ...options, env: { ...ADMIN_ENV, ...options.env } });
  await gateway.accounts.ensureAdmin();
  const { accessToken: adminToken } = (await gateway.post('/v1/auth/login', ADMIN)).json();

  const call: AdminApp['call'] = (method, url, token, body) =>
    gateway.app.inject({ method, url, headers: bearer(token), ...(body && { payload: body }) });
  const askToken: AdminApp['askToken'] = (form, authorization) =>
    gateway.app.inject({
      method: 'POST',
      url: '/v1/auth/token',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(authorization && { authorization }),
      },
      payload: new URLSearchParams(form).toString(),
    });

  return {
    ...gateway,
    adminToken,
    call,
    askToken,
    async createService(scopes, name = 'nightly') {
      const made = await call('POST', '/v1/service-accounts', adminToken, { name, scopes });
      if (made.statusCode !== 201) throw new Error(made.body);
      return made.json<CreatedService>();
    },
    async tokenOf({ id, secret }, more = {}) {
      const credentials = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
      const answer = await askToken({ ...credentials, ...more });
      if (answer.statusCode !== 200) throw new Error(answer.body);
      return answer.json<{ access_token: string }>().access_token;
    },
  };
}
