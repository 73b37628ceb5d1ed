import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { newSigningKey } from '../../support/auth-app.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { type AuditCase, type AuditKind, difference } from '../audit.ts';
import { forge, hostileTokens, partsOf } from '../tables/tokens.ts';
import { type Door, doorsForTokens } from '../worlds/token-doors.ts';

const ACCOUNT = 'ada@example.com';

/** Hostile access tokens at every door, and every kind of token at the doors of the others. */
export const tokens: AuditKind = {
  name: 'tokens',
  meaning:
    'forged, altered, expired and foreign tokens open no door, and one kind of token does not pass for another',
  async open(stack) {
    const key = newSigningKey('sig-1');
    const jwk = { ...key.privateKey.export({ format: 'jwk' }), kid: key.kid };
    const gateway = stack.use(
      await bootGateway({
        polls: false,
        env: { ...ADMIN_ENV, JWT_PRIVATE_KEYS: JSON.stringify({ keys: [jwk] }), REQUEST_RATE: 'off' },
      }),
    );
    const ada = await gateway.signUp(ACCOUNT);
    const admin = createGraphQLClient(gateway.url);
    Object.assign(admin.tokens, await admin.post('/v1/auth/login', ADMIN));
    const valid = ada.tokens.accessToken;
    const doors = doorsForTokens(gateway.url, () => valid);
    const [header, claims] = partsOf(valid);

    const shapes = Object.entries(hostileTokens(key, valid)).flatMap(([shape, token]) =>
      Object.entries(doors).map(([door, open]) => refusal(`a token with ${shape}, ${door}`, open, token)),
    );
    // The judge is shown a token that it must not call refused: forged as the others are, but right.
    const right = forge(header, claims, key);
    return {
      cases: [...shapes, ...(await crossings(ada, admin, doors))],
      controls: Object.entries(doors).map(([door, open]) => refusal(`the right token, ${door}`, open, right)),
    };
  },
};

function refusal(title: string, open: Door, token: string): AuditCase {
  return {
    name: `${title}: refused`,
    attempt: async () => difference(await open(token), 'refused'),
  };
}

/** Each kind of secret text at each door that is not its own. */
async function crossings(
  ada: GraphQLClient,
  admin: GraphQLClient,
  doors: Record<string, Door>,
): Promise<AuditCase[]> {
  const service = await admin.post<{ id: string; secret: string }>('/v1/service-accounts', {
    name: 'audited',
    scopes: ['read'],
  });
  const { id: credentialId } = (await ada.saveCredential({
    userId: '12345',
    apiToken: 'abcdef0123456789'.repeat(4),
    organizations: [],
  })) as { id: string };
  const [, claims] = partsOf(ada.tokens.accessToken);
  const kinds: Record<string, string> = {
    'an access token': ada.tokens.accessToken,
    'a refresh token': ada.tokens.refreshToken,
    "a service's secret": service.secret,
    "a service's id": service.id,
    'a session id': String(claims.sid),
    "a user's id": String(claims.sub),
    "a credential's id": credentialId,
    'an upstream token': 'abcdef0123456789'.repeat(4),
    'an idempotency key': 'once',
  };
  const form = (clientId: string, secret: string) =>
    fetch(`${ada.url}/v1/auth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: secret,
      }),
    });
  const json = (path: string, body: object) =>
    fetch(`${ada.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const routes: Record<string, { door: Door; own: string[] }> = {
    'as a refresh token': {
      own: ['a refresh token'],
      door: async (text) => verdictOf(await json('/v1/auth/refresh', { refreshToken: text })),
    },
    'as a password': {
      own: [],
      door: async (text) => verdictOf(await json('/v1/auth/login', { email: ACCOUNT, password: text })),
    },
    "as a service's secret": {
      own: ["a service's secret"],
      door: async (text) => verdictOf(await form(service.id, text)),
    },
    "as a service's id, with its secret": {
      own: ["a service's id"],
      door: async (text) => verdictOf(await form(text, service.secret)),
    },
    ...Object.fromEntries(
      Object.entries(doors).map(([name, door]) => [name, { door, own: ['an access token'] }]),
    ),
  };
  return Object.entries(kinds).flatMap(([kind, text]) =>
    Object.entries(routes).flatMap(([name, { door, own }]) =>
      own.includes(kind) ? [] : [refusal(`${kind}, ${name}`, door, text)],
    ),
  );
}

function verdictOf({ status }: Response): string {
  return [400, 401].includes(status) ? 'refused' : `answered with ${status}`;
}
