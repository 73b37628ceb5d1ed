import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededAccount, seededQuantCdnToken } from '../../../simulator/index.ts';
import { ADMIN, ADMIN_ENV } from '../../support/admin-app.ts';
import { createGraphQLClient, type GraphQLClient } from '../../support/client.ts';
import { bootGateway } from '../../support/gateway.ts';
import { openProbe } from '../../support/socket-probe.ts';
import type { AuditCase, AuditKind } from '../audit.ts';

/** Every form in which a secret may lie somewhere. */
const FORMS: Record<string, (secret: string) => string> = {
  'as it is': (secret) => secret,
  'in hexadecimal': (secret) => Buffer.from(secret).toString('hex'),
  'in base64': (secret) => Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  'in base64 for URLs': (secret) => Buffer.from(secret).toString('base64url'),
  'in base64 behind one byte': (secret) => Buffer.from(`x${secret}`).toString('base64').slice(4, -4),
  'in base64 behind two bytes': (secret) => Buffer.from(`xx${secret}`).toString('base64').slice(4, -4),
  reversed: (secret) => [...secret].reverse().join(''),
};

/** Plants secrets in every place that takes one, and searches all that the gateway writes. */
export const canaries: AuditKind = {
  name: 'canaries',
  meaning:
    'planted secrets are in no file of the store, no line of the log and no answer, in none of seven forms',
  async open(stack) {
    const account = { ...seededAccount, apiToken: randomBytes(32).toString('hex') };
    const cdn = { ...seededQuantCdnToken, token: `quantcdn-${randomBytes(24).toString('hex')}` };
    const gateway = stack.use(
      await bootGateway({
        simulator: { pace: 'instant', accounts: [account], quantcdn: { tokens: [cdn] } },
        env: { ...ADMIN_ENV, REQUEST_RATE: 'off' },
      }),
    );
    const answers: string[] = [];
    const llmKey = `llm-${randomBytes(24).toString('hex')}`;
    const password = `a pass phrase ${randomBytes(12).toString('hex')}`;
    const email = 'canary@example.com';
    const ada = createGraphQLClient(gateway.url);
    const issued = async <T>(path: string, body: object): Promise<T> => ada.post<T>(path, body);
    await issued('/v1/auth/register', { email, password });
    Object.assign(ada.tokens, await issued('/v1/auth/login', { email, password }));
    const admin = createGraphQLClient(gateway.url);
    Object.assign(admin.tokens, await admin.post('/v1/auth/login', ADMIN));
    const service = await admin.post<{ id: string; secret: string }>('/v1/service-accounts', {
      name: 'canary',
      scopes: ['read'],
    });
    const secrets: Record<string, string> = {
      'a password': password,
      'a QuantConnect token': account.apiToken,
      'a QuantCDN token': cdn.token,
      'an LLM key': llmKey,
      'an access token': ada.tokens.accessToken,
      'a refresh token': ada.tokens.refreshToken,
      "a service's secret": service.secret,
    };
    await use(ada, { account, cdn, llmKey, answers, secrets: Object.values(secrets) });

    const files = await filesOf(gateway.config.dataDir);
    const places: Record<string, string> = {
      'the files of the store': files,
      'the log at trace level': gateway.logLines.join('\n'),
      'the answers': answers.join('\n'),
    };
    const search = (secret: string, form: string, place: string): string | undefined =>
      place.includes(FORMS[form]?.(secret) ?? '') ? 'it is there' : undefined;
    const all = Object.entries(places).flatMap(([where, place]) =>
      Object.entries(secrets).flatMap(([what, secret]) =>
        Object.keys(FORMS).map(
          (form): AuditCase => ({
            name: `${what}, searched ${form} in ${where}: not found`,
            attempt: async () => search(secret, form, place),
          }),
        ),
      ),
    );
    const marks: Record<string, string> = {
      'the files of the store': email,
      'the log at trace level': '"route":"/v1/me"',
      'the answers': email,
    };
    return {
      cases: all,
      controls: [
        // What is written there is found, so the right places are searched.
        ...Object.entries(places).map(([where, place]) => ({
          name: `a text that is in ${where}`,
          attempt: async () => search(marks[where] ?? '', 'as it is', place),
        })),
        ...Object.entries(FORMS).map(([form, write]) => ({
          name: `a secret that lies there ${form}`,
          attempt: async () => search(password, form, `${files}${write(password)}`),
        })),
      ],
    };
  },
};

interface Planted {
  account: typeof seededAccount;
  cdn: typeof seededQuantCdnToken;
  llmKey: string;
  /** What was answered is added here. */
  answers: string[];
  secrets: readonly string[];
}

/** Uses each secret where it belongs, and where it does not. */
async function use(ada: GraphQLClient, { account, cdn, llmKey, answers, secrets }: Planted): Promise<void> {
  const heard = async (path: string, init?: RequestInit): Promise<void> => {
    const response = await ada.request(path, init);
    answers.push(await response.text(), JSON.stringify([...response.headers]));
  };
  const asked = async (query: string, variables: object = {}): Promise<void> => {
    answers.push(JSON.stringify(await ada.graphql(query, { ...variables })));
  };
  await ada.saveCredential(account);
  await ada.saveQuantCdnCredential(cdn);
  await asked('mutation ($input: CreateAgentInput!) { createAgent(input: $input) { id name raw } }', {
    input: { name: 'Heron', useQcc: false, llmToken: { provider: 'openai', apiKey: llmKey } },
  });
  await ada.deploy(await ada.createTask());
  await asked('{ viewer { id email credentials { id account tokenHint } } agents { id } tasks { id } }');
  for (const secret of secrets) {
    const encoded = encodeURIComponent(secret);
    await heard(`/v1/me?access_token=${encoded}`);
    await heard(`/v1/${encoded}`).catch(() => undefined);
    await asked(`{ viewer { id } } # ${JSON.stringify(secret)}`);
    const shown: Record<string, string>[] = [
      { AUTHORIZATION: `bearer ${secret}` },
      { cookie: `a=${encoded}` },
      { 'x-api-key': secret },
    ];
    for (const headers of shown) {
      const response = await fetch(`${ada.url}/v1/me`, { headers });
      await response.text();
    }
    const wrong = { userId: '12345', apiToken: secret, organizationId: secret, label: { not: secret } };
    const refused = await ada.request('/v1/credentials', { method: 'POST', body: JSON.stringify(wrong) });
    await refused.text();
    await using probe = await openProbe(ada.url);
    probe.send({ type: 'connection_init', payload: { authorization: `Bearer ${secret}x` } });
    await probe.closed;
  }
  await heard('/v1/me');
  await heard('/v1/credentials');
  await heard('/v1/agents');
  await heard('/v1/sessions');
}

/** The bytes of every file in a folder, as Latin-1 text: each byte is one character. */
async function filesOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const texts = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => (await readFile(join(parentPath, name))).toString('latin1')),
  );
  return texts.join('\n');
}
